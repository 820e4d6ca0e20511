/**
 * Makes the files of the example Invoices: 60 small invoices as JSON, CSV and text, some of them broken on purpose. The same each time, so that
 * the example's expected result holds. Run: node examples/make-invoices.mjs
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = join(dirname(fileURLToPath(import.meta.url)), "invoices");

// A linear congruential generator (Numerical Recipes): good enough for invented prices, and the same on every machine.
let state = 20261120;
const next = (limit) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
};
const pick = (list) => list[next(list.length)];

const suppliers = ["Baltic Freight", "Nordlys AS", "Kappel & Söhne", "Atelier Moreau", "Harbour Print", "Oy Vuoksi", "Green Kilowatt", "Casa del Papel"];
const goods = ["Paper, A4", "Toner", "Freight, pallet", "Courier", "Electricity", "Office chair", "Coffee, 1 kg", "Cable, 5 m", "Cleaning", "Print run"];
const money = (cents) => (cents / 100).toFixed(2);

const invoice = (index) => {
  const lines = Array.from({ length: 1 + next(4) }, () => ({ item: pick(goods), quantity: 1 + next(12), price: 150 + next(24_000) }));
  return {
    number: `INV-${2001 + index}`,
    supplier: pick(suppliers),
    date: `2026-10-${String(1 + next(31)).padStart(2, "0")}`,
    currency: "EUR",
    lines,
    total: lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
  };
};

const asJson = ({ lines, total, ...head }) =>
  `${JSON.stringify({ ...head, lines: lines.map(({ item, quantity, price }) => ({ item, quantity, price: Number(money(price)) })), total: Number(money(total)) }, null, 2)}\n`;
const asCsv = ({ number, supplier, date, currency, lines }) =>
  ["number;supplier;date;currency;item;quantity;amount", ...lines.map(({ item, quantity, price }) => [number, supplier, date, currency, item, quantity, money(quantity * price)].join(";"))].join("\n") + "\n";
const asText = ({ number, supplier, date, currency, total }) => `Invoice: ${number}\nSupplier: ${supplier}\nDate: ${date}\nCurrency: ${currency}\nTotal: ${money(total)}\n`;

/** What is wrong with which invoice, by its index. */
const broken = {
  4: (good) => [`${good.number}.json`, asJson(good).slice(0, 60)],
  11: (good) => [`${good.number}.json`, asJson({ ...good, total: -good.total })],
  17: (good) => [`${good.number}.csv`, asCsv(good).replace(/^(INV[^;]*;)/m, '$1"')],
  23: (good) => [`${good.number}.json`, asJson({ ...good, supplier: "" })],
  30: (good) => [`${good.number}.txt`, asText(good).split("\n").slice(0, 3).join("\n")],
  36: (good) => [`${good.number}.json`, ""],
  42: (good) => [`${good.number}.txt`, Buffer.from([0x49, 0x6e, 0x76, 0xff, 0xfe, 0x0a])],
  49: (good) => [`${good.number}.json`, asJson({ ...good, currency: "XYZ" })],
  55: (good) => [`${good.number}.csv`, asCsv(good).replaceAll("amount", "sum")],
};

const file = (index) => {
  const good = invoice(index);
  if (broken[index] !== undefined) return broken[index](good);
  return [[`${good.number}.json`, asJson(good)], [`${good.number}.csv`, asCsv(good)], [`${good.number}.txt`, asText(good)]][index % 3];
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (let index = 0; index < 60; index += 1) {
  const [name, content] = file(index);
  writeFileSync(join(folder, name), content);
}
