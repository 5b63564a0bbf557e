"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const overview = document.getElementById("overview");
const detail = document.getElementById("detail");
const byName = new Map(data.implementations.map((one) => [one.name, one]));
const worst = ["broken", "fail", "warn", "known", "tolerated", "observed", "not-applicable"];
const colour = { pass: "good", tolerated: "good", fail: "fail", warn: "warn", broken: "broken" };
const title = document.title;

// An element; strings among its children are text, so nothing in the data is ever read as HTML.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children.flat().filter((child) => child !== null && child !== ""));
  return element;
}
const link = (to, ...children) => make("a", { href: to }, ...children);
const badge = (verdict) => make("span", { class: `badge ${colour[verdict] || "plain"}` }, verdict);
const text = (number) => (typeof number === "number" ? data.texts[number] : number);
const plural = (count, noun) => (count === 1 ? `1 ${noun}` : `${count} ${noun}s`);

// What people wrote in Markdown: `code` and [links](https://…), and nothing else of it.
function prose(written) {
  return written.split(/(`[^`]+`|\[[^\]]+\]\([^)\s]+\))/).map((part) => {
    if (part.startsWith("`")) return make("code", {}, part.slice(1, -1));
    const found = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part);
    if (!found) return part;
    return found[2].startsWith("https://") ? link(found[2], found[1]) : found[1];
  });
}
// Few fonts have signs for what ends a line; letters in a box are read anywhere.
const marks = { "␊": "LF", "␍": "CR", "␉": "TAB", "␀": "NUL" };
function marked(line) {
  return line.split(/([␊␍␉␀])/).map((part) => marks[part] ? make("span", { class: "mark" }, marks[part]) : part);
}
function stream(lines, label) {
  const shown = lines.map(text).flatMap((line) =>
    line.includes("┄ cut ┄") ? [make("span", { class: "cut" }, line), "\n"] : [...marked(line), "\n"]);
  return make("pre", { "aria-label": label, role: "group" }, shown.slice(0, -1));
}
const lines = (numbers) => make("pre", {}, numbers.map(text).join("\n"));

const address = {
  one: (one) => `#i/${one.name}`,
  topic: (one, topic) => `#i/${one.name}/t/${encodeURIComponent(topic)}`,
  result: (one, id) => `#i/${one.name}/c/${encodeURIComponent(id)}`,
  case: (id) => `#c/${encodeURIComponent(id)}`,
};
const topicOf = (id) => (data.cases[id] ? data.cases[id].topic : id.split("/", 1)[0]);
const verdictOf = (row) => (row ? text(row.verdict) : "pass");
const rowsOf = (one, topic) => Object.entries(one.rows).filter(([id]) => topicOf(id) === topic);
function inOrder(rows) {
  return rows.slice().sort((a, b) => worst.indexOf(verdictOf(a[1])) - worst.indexOf(verdictOf(b[1])));
}

function showImplementation(one) {
  const facts = [["what", one.what], ["version", `${one.version} (${one.language})`],
    ["read through", one.transport === "http" ? "HTTP, its own client" : "chunks of bytes, in process"],
    ["features", one.features.join(", ") || "none"]];
  if (one.homepage) facts.push(["home", link(one.homepage, one.homepage)]);
  const total = (level) => Object.entries(one.counts[level] || {}).map(([verdict, n]) => `${n} ${verdict}`).join(", ");
  for (const level of Object.keys(data.levels)) if (total(level)) facts.push([level, total(level)]);
  const topics = Object.keys(data.topics).map((topic) => {
    const verdicts = rowsOf(one, topic).map(([, row]) => verdictOf(row));
    const told = worst.filter((v) => verdicts.includes(v)).map((v) => `${verdicts.filter((w) => w === v).length} ${v}`);
    return make("li", {}, link(address.topic(one, topic), topic), `: ${[`${data.topics[topic] - verdicts.length} pass`, ...told].join(", ")}`);
  });
  return [
    make("h2", { tabindex: "-1" }, one.name),
    one.older ? make("p", {}, "These results are of an older suite.") : null,
    make("dl", {}, facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
    section("Notes: what it does on purpose, and what else to know", one.notes.map(prose)),
    section("What fails of what must not", one.findings.map(([topic, kind, count, id]) =>
      [`${topic}, ${kind}: ${plural(count, "case")}, such as `, link(address.result(one, id), data.cases[id].title)])),
    section("In its own words, where it refuses what is valid", one.words.map(([said, count]) =>
      [make("code", {}, said), ` (${plural(count, "case")})`])),
    section("How red cells were checked by hand", one.checked.map(prose)),
    make("h3", {}, "Topics"), make("ul", {}, topics),
  ];
}
function section(name, items) {
  if (!items.length) return [];
  return [make("h3", {}, name), make("ul", {}, items.map((item) => make("li", {}, item)))];
}

function showTopic(one, topic) {
  const rows = inOrder(rowsOf(one, topic));
  const verdicts = worst.filter((verdict) => rows.some(([, row]) => verdictOf(row) === verdict));
  const list = make("ul", { class: "cases" }, rows.map(([id, row]) => {
    const kind = row.kind === undefined ? "" : ` ${text(row.kind)} `;
    const known = data.cases[id];
    const said = text(row.message === undefined ? row.reason : row.message) || "";
    const name = make("code", {}, id);
    return make("li", { "data-verdict": verdictOf(row) }, badge(verdictOf(row)), kind || " ",
      known ? link(address.result(one, id), known.title) : name,
      known ? make("small", {}, " ", name) : null, make("div", { class: "quiet" }, said));
  }));
  const buttons = ["all", ...verdicts].map((verdict) => {
    const button = make("button", { type: "button", "aria-pressed": String(verdict === "all") },
      verdict === "all" ? `all ${rows.length}` : `${rows.filter(([, row]) => verdictOf(row) === verdict).length} ${verdict}`);
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      for (const item of list.children) item.hidden = verdict !== "all" && item.dataset.verdict !== verdict;
    });
    return button;
  });
  const passed = data.topics[topic] - rows.length;
  return [
    make("nav", { "aria-label": "Where you are" }, link(address.one(one), one.name)),
    make("h2", { tabindex: "-1" }, `${one.name}: ${topic}`),
    make("p", {}, `${passed} of ${plural(data.topics[topic], "case")} simply pass${rows.length ? "; these do not:" : "."}`),
    verdicts.length > 1 ? make("div", { class: "buttons", role: "group", "aria-label": "Show" }, buttons) : null,
    list,
  ];
}

// The points of the checks by hand that name this case, with * for any words.
function checksOf(one, id) {
  const names = (point) => [...point.matchAll(/`([^`\s]+\/[^`\s]*)`/g)].some(([, name]) => {
    const plain = name.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*");
    return new RegExp(`^${plain}$`).test(id);
  });
  return one.checked.filter(names);
}
function showCase(id, one) {
  const told = data.cases[id];
  const row = one && one.rows[id];
  const parts = [];
  if (one) {
    const around = inOrder(rowsOf(one, told.topic)).map(([name]) => name).filter((name) => data.cases[name]);
    const at = around.indexOf(id);
    parts.push(make("nav", { "aria-label": "Where you are" }, link(address.one(one), one.name),
      link(address.topic(one, told.topic), told.topic),
      at > 0 ? link(address.result(one, around[at - 1]), "← the case before") : null,
      at >= 0 && at + 1 < around.length ? link(address.result(one, around[at + 1]), "the next case →") : null));
  }
  parts.push(make("h2", { tabindex: "-1" }, told.title),
    make("p", {}, make("code", {}, id), ` ${told.level}: ${data.levels[told.level]}`));
  if (one) parts.push(...showResult(one, id, row));
  parts.push(make("h3", {}, "What was due"), lines(told.due));
  for (const [reason, due] of told.allowed) parts.push(make("p", {}, `Allowed too: ${text(reason)}`), lines(due));
  parts.push(make("h3", {}, "The bytes, as written"), stream(told.bytes, "The bytes of the case"),
    make("p", { class: "quiet" }, `${plural(told.size[1], "byte")} in ${plural(told.size[0], "chunk")}`),
    make("h3", {}, "Why it matters"), make("p", {}, text(told.why)),
    ...section(told.rules.length === 1 ? "Rule" : "Rules", told.rules.map((rule) => {
      const [said, source] = data.rules[rule] || ["", ""];
      return [make("code", {}, rule), ` ${said} `, make("small", {}, source)];
    })),
    ...section("Seen in", told.seen.map((bug) => [bug])),
    make("h3", {}, "All implementations"),
    make("ul", { class: "cases" }, data.implementations.map((other) => {
      const result = other.rows[id];
      return make("li", {}, badge(verdictOf(result)), " ", link(address.result(other, id), other.name),
        result && result.kind !== undefined ? ` ${text(result.kind)}` : null);
    })),
    make("p", { class: "quiet" }, `threadwire explain '${id}'`));
  return parts;
}
function showResult(one, id, row) {
  const verdict = verdictOf(row);
  const parts = [make("h3", {}, `What came of ${one.name} ${one.version}`),
    make("p", {}, badge(verdict), ` ${data.verdicts[verdict]}`)];
  if (!row) return parts;
  const rows = [];
  const add = (name, value) => value !== undefined && rows.push(make("dt", {}, name), make("dd", {}, value));
  const code = (number) => number === undefined ? undefined : make("code", {}, text(number));
  if (row.kind !== undefined) add("kind", `${text(row.kind)}: ${data.kinds[text(row.kind)] || ""}`);
  add("what", text(row.message));
  add("reason", text(row.reason));
  add("at", code(row.path));
  if (row.index !== undefined) add("event", `number ${row.index + 1}`);
  add("expected", code(row.expected));
  add("found", code(row.found));
  add("reply", code(row.reply));
  if (row.kind !== undefined) add("smallest cut", text(row.cut));
  parts.push(make("dl", {}, rows));
  if (row.bytes) parts.push(stream(row.bytes, "The bytes as they were cut"));
  const checks = checksOf(one, id);
  parts.push(...section("Checked by hand", checks.map(prose)));
  return parts;
}

function route(hash) {
  const [kind, name, part, rest] = hash.slice(1).split("/").map(decodeURIComponent);
  const one = byName.get(name);
  if (kind === "c" && data.cases[name]) return showCase(name, null);
  if (kind !== "i" || !one) return null;
  if (part === "t" && rest in data.topics) return showTopic(one, rest);
  if (part === "c" && data.cases[rest]) return showCase(rest, one);
  return showImplementation(one);
}
function show(moved) {
  let parts = null;
  try { parts = route(location.hash); } catch (error) { if (!(error instanceof URIError)) throw error; }
  overview.hidden = parts !== null;
  detail.hidden = parts === null;
  if (parts === null) {
    detail.replaceChildren();
    document.title = title;
    if (moved) window.scrollTo(0, 0);
    return;
  }
  detail.replaceChildren(make("nav", { "aria-label": "All" }, link("#", "← all implementations")),
    ...parts.flat().filter((part) => part !== null));
  const heading = detail.querySelector("h2");
  document.title = `${heading.textContent} · ${title}`;
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}
window.addEventListener("hashchange", () => show(true));

// Arrow keys walk among the cells of the table; all of them are links that Tab reaches, too.
overview.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const cell = event.target.closest("td, th");
  if (!step || !cell || event.target.tagName !== "A") return;
  const [down, right] = step;
  const row = cell.parentElement.parentElement.children[cell.parentElement.rowIndex - 1 + down];
  let next = row && row.children[cell.cellIndex + right];
  while (right && next && !next.querySelector("a")) next = right > 0 ? next.nextElementSibling : next.previousElementSibling;
  const to = next && next.querySelector("a");
  if (to) { event.preventDefault(); to.focus(); }
});
show(false);
