// Sage Intacct's own client against the simulator: `node steps.js ADDRESS SIZES`, a JSON line per step.
//
// It is bound to the vendor's address, which is the one thing that is replaced here; all else is its own.
"use strict";

const assert = require("assert");
const sdk = require("@intacct/intacct-sdk");
const Endpoint = require("@intacct/intacct-sdk/dist/Credentials/Endpoint").default;

const { AccountsReceivable, Common, OrderEntry } = sdk.Functions;
const [address, sizes] = [process.argv[2], JSON.parse(process.argv[3])];
const control = address.replace("/ia/xml/xmlgw.phtml", "/control");

Endpoint.DEFAULT_ENDPOINT = address;
Endpoint.DOMAIN_NAME = "0.0.1"; // the host must end in it, and the simulator's is 127.0.0.1

function config(changes) {
  return Object.assign(
    new sdk.ClientConfig(),
    {
      senderId: "recon_sender",
      senderPassword: "sender-secret",
      companyId: "ACME-SANDBOX",
      userId: "recon_ws",
      userPassword: "user-secret",
    },
    changes,
  );
}

async function tell(changes) {
  const answer = await fetch(control, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(changes),
  });
  assert.ok(answer.ok, await answer.text());
}

async function raised(kind, words, act) {
  try {
    await act();
  } catch (problem) {
    if (problem.constructor !== kind) {
      throw problem;
    }
    assert.ok(problem.message.includes(words), problem.message);
    return `${kind.name}, '${words}'`;
  }
  throw new Error("nothing was thrown");
}

const { ResponseException, ResultException } = sdk.Exceptions;
const day = new Date(2026, 10, 20);
let client;
let session;
let invoiceKey;

async function execute(what, transaction) {
  return (await client.execute(what, transaction)).getResult();
}

function make(Kind, fields) {
  return Object.assign(new Kind(), fields);
}

function invoice(changes) {
  const line = { transactionAmount: 185, locationId: "EBU", departmentId: "200", memo: "Zoë & Söhne <VIN>" };
  return make(AccountsReceivable.InvoiceCreate, {
    customerId: "C-00001",
    transactionDate: day,
    paymentTerm: "Net 30",
    invoiceNumber: "JS-AR-1",
    description: "Detail & paint",
    lines: [
      make(AccountsReceivable.InvoiceLineCreate, { ...line, glAccountNumber: "4010" }),
      make(AccountsReceivable.InvoiceLineCreate, { ...line, accountLabel: "Paint repair", transactionAmount: 240.5 }),
    ],
    ...changes,
  });
}

function transaction(changes) {
  const line = { itemId: "DETAIL-FULL", quantity: 2, unit: "Each", price: 92.5, locationId: "EBU" };
  return make(OrderEntry.OrderEntryTransactionCreate, {
    transactionDefinition: "Sales Invoice",
    transactionDate: day,
    customerId: "C-00001",
    documentNumber: "JS-1",
    paymentTerm: "Net 30",
    state: "Pending",
    lines: [make(OrderEntry.OrderEntryTransactionLineCreate, { ...line, departmentId: "200" })],
    ...changes,
  });
}

function query(fields) {
  const { NewQuery } = Common;
  const select = new NewQuery.QuerySelect.SelectBuilder().addFields(fields).selects;
  return make(NewQuery.Query, { fromObject: "CUSTOMER", selectFields: select, showPrivate: true });
}

const steps = {
  "sign in": async () => {
    session = await sdk.SessionProvider.factory(config());
    assert.ok(session.sessionId.endsWith(".."));
    assert.strictEqual(session.endpointUrl, address);
    client = new sdk.OnlineClient(session);
    return `a session until ${session.sessionTimeout}`;
  },
  "page through customers": async () => {
    const ids = new Set();
    const ask = make(Common.ReadByQuery, { objectName: "CUSTOMER", fields: ["RECORDNO", "CUSTOMERID", "NAME"] });
    let pages = 0;
    let result = await execute(ask);
    for (;;) {
      pages += 1;
      result.data.forEach((each) => ids.add(each.CUSTOMERID));
      if (result.numRemaining === 0) {
        break;
      }
      result = await execute(make(Common.ReadMore, { resultId: result.resultId }));
    }
    assert.strictEqual(ids.size, sizes.customers);
    assert.strictEqual(result.totalCount, sizes.customers);
    return `${pages} pages, ${ids.size} customers, each once`;
  },
  "query in order": async () => {
    const { OrderBuilder } = Common.NewQuery.QueryOrderBy;
    const ids = [];
    for (let offset = 0; offset < sizes.customers; offset += 2000) {
      const ask = query(["RECORDNO", "CUSTOMERID", "BILLTOCONTACT.MAILADDRESS.CITY"]);
      ask.orderBy = new OrderBuilder().addAscending("RECORDNO").orders;
      Object.assign(ask, { pageSize: 2000, offset });
      const result = await execute(ask);
      assert.strictEqual(result.totalCount, sizes.customers);
      result.data.forEach((each) => ids.push(Number(each.RECORDNO)));
    }
    assert.strictEqual(ids.length, sizes.customers);
    assert.ok(ids.every((id, place) => place === 0 || id > ids[place - 1]));
    return `${ids.length} customers by RECORDNO`;
  },
  "query with a filter": async () => {
    const { Filter } = Common.NewQuery.QueryFilter;
    const ask = query(["CUSTOMERID", "NAME"]);
    ask.filter = new Filter("CUSTOMERID").equalTo("C-00007");
    const result = await execute(ask);
    assert.deepStrictEqual(result.data, [{ CUSTOMERID: "C-00007", NAME: 'Bob "The Dent" Miller Autos' }]);
    return result.data[0].NAME;
  },
  "read by name": async () => {
    const result = await execute(make(Common.ReadByName, { objectName: "CUSTOMER", names: ["C-00003", "C-00004"] }));
    assert.strictEqual(result.count, 2);
    const [customer] = result.data;
    assert.ok(customer.BILLTOCONTACT.MAILADDRESS.CITY);
    return `${customer.NAME}, bills go to ${customer.BILLTOCONTACT.MAILADDRESS.CITY}`;
  },
  "read by key": async () => {
    const result = await execute(make(Common.Read, { objectName: "ITEM", keys: [11, 12] }));
    assert.deepStrictEqual(result.data.map((each) => each.RECORDNO), ["11", "12"]);
    return result.data.map((each) => each.ITEMID).join(", ");
  },
  "get_list": async () => {
    const result = await execute(make(Common.GetList.GetList, { object: "icitem" }));
    assert.strictEqual(result.totalCount, sizes.items);
    assert.deepStrictEqual([result.start, result.end], [0, sizes.items - 1]);
    return `items ${result.start} to ${result.end} of ${result.totalCount}`;
  },
  "look up and inspect fields": async () => {
    const found = await execute(make(Common.Lookup, { objectName: "ITEM" }));
    const ids = found.data[0].Fields.Field.map((each) => each.ID);
    assert.ok(ids.includes("DEPARTMENTID"));
    await execute(make(Common.Inspect, { objectName: "ITEM", showDetail: true }));
    return `${ids.length} fields of ITEM`;
  },
  "create an AR invoice": async () => {
    invoiceKey = (await execute(invoice())).key;
    const equal = `RECORDID = 'JS-AR-1'`;
    const [found] = (await execute(make(Common.ReadByQuery, { objectName: "ARINVOICE", query: equal }))).data;
    assert.deepStrictEqual([found.RECORDNO, found.TOTALENTERED, found.STATE], [invoiceKey, "425.5", "Posted"]);
    const mine = `RECORDKEY = ${invoiceKey}`;
    const lines = (await execute(make(Common.ReadByQuery, { objectName: "ARINVOICEITEM", query: mine }))).data;
    assert.strictEqual(lines[0].ENTRYDESCRIPTION, "Zoë & Söhne <VIN>");
    return `invoice ${invoiceKey}, total ${found.TOTALENTERED}, ${lines.length} lines read back`;
  },
  "create an Order Entry transaction": async () => {
    const { key } = await execute(transaction());
    const equal = `DOCNO = 'JS-1'`;
    const ask = make(Common.ReadByQuery, { objectName: "SODOCUMENT", query: equal, docParId: "Sales Invoice" });
    const [found] = (await execute(ask)).data;
    assert.deepStrictEqual([found.DOCID, found.TOTAL], [key, "185"]);
    return `${key}, total ${found.TOTAL} read back`;
  },
  "reverse the invoice, once": async () => {
    const reverse = () => make(AccountsReceivable.InvoiceReverse, { recordNo: invoiceKey, reverseDate: day });
    await execute(reverse());
    return raised(ResultException, "can't be reversed: it is reversed.", () => execute(reverse()));
  },
  "create, change and delete a customer": async () => {
    const customer = (Kind, fields) => execute(make(Kind, { customerId: "JS-C1", ...fields }));
    const made = { customerName: "Zoë & Söhne", primaryEmailAddress: "ap@zoe.example", paymentTerm: "Net 30" };
    const [{ RECORDNO }] = (await customer(AccountsReceivable.CustomerCreate, made)).data;
    await customer(AccountsReceivable.CustomerUpdate, { paymentTerm: "Net 15" });
    const ask = query(["NAME", "TERMNAME", "BILLTOCONTACT.EMAIL1"]);
    ask.filter = new Common.NewQuery.QueryFilter.Filter("CUSTOMERID").equalTo("JS-C1");
    const [found] = (await execute(ask)).data;
    assert.deepStrictEqual(Object.values(found), ["Zoë & Söhne", "Net 15", "ap@zoe.example"]);
    await customer(AccountsReceivable.CustomerDelete, {});
    assert.strictEqual((await execute(ask)).totalCount, 0);
    return `customer ${RECORDNO} made, changed and deleted`;
  },
  "count by status": async () => {
    const ask = query(["STATUS"]);
    ask.selectFields = new Common.NewQuery.QuerySelect.SelectBuilder().addField("STATUS").addCount("RECORDNO").selects;
    const counts = (await execute(ask)).data.map((each) => Number(each["COUNT.RECORDNO"]));
    assert.strictEqual(counts.reduce((sum, count) => sum + count, 0), sizes.customers);
    return counts.join(" and ");
  },
  "all or nothing": async () => {
    const settings = make(sdk.RequestConfig, { transaction: true });
    const both = [transaction({ documentNumber: "JS-2" }), transaction({ customerId: "C-99999" })];
    const told = await raised(ResultException, "rolled back due to an error", () => client.executeBatch(both, settings));
    const ask = make(Common.ReadByQuery, { objectName: "SODOCUMENT", query: `DOCNO = 'JS-2'` });
    assert.strictEqual((await execute(ask)).totalCount, 0);
    return told;
  },
  "a control id twice": async () => {
    const settings = make(sdk.RequestConfig, { uniqueId: true });
    const again = () => transaction({ documentNumber: "JS-3", controlId: "js-3" });
    await client.execute(again(), settings);
    return raised(ResultException, "already been executed and completed", () => client.execute(again(), settings));
  },
  "unknown customer": () =>
    raised(ResultException, "Customer 'C-99999' specified is not valid.", () => execute(invoice({ customerId: "C-99999" }))),
  "unknown object": () =>
    raised(ResultException, "Object definition NOTHING not found", () =>
      execute(make(Common.ReadByQuery, { objectName: "NOTHING" })),
    ),
  "schema error": () =>
    raised(ResponseException, "XL03000003", () => execute(make(Common.GetList.GetList, { object: "item" }))),
  "wrong sender": () =>
    raised(ResponseException, "Incorrect Intacct XML Partner ID or password.", () =>
      sdk.SessionProvider.factory(config({ senderPassword: "wrong" })),
    ),
  "wrong user": () =>
    raised(ResponseException, "Sign-in information is incorrect", () =>
      sdk.SessionProvider.factory(config({ userPassword: "wrong" })),
    ),
  "a server error, tried again": async () => {
    await tell({ faults: [{ kind: "http_502" }] });
    return `then ${(await execute(query(["CUSTOMERID"]))).totalCount} customers`;
  },
  "throttled": async () => {
    await tell({ faults: [{ kind: "http_429" }] });
    return raised(ResponseException, "GW-0010", () => execute(query(["CUSTOMERID"])));
  },
  "expired session": async () => {
    await tell({ expire_sessions: true });
    return raised(ResponseException, "Sign-in information is incorrect", () => execute(query(["CUSTOMERID"])));
  },
};

(async () => {
  for (const [title, act] of Object.entries(steps)) {
    let step;
    try {
      step = { title, ok: true, told: String(await act()) };
    } catch (problem) {
      step = { title, ok: false, told: `${problem.constructor.name}: ${problem.message}`.slice(0, 500) };
    }
    console.log(JSON.stringify(step));
  }
})();
