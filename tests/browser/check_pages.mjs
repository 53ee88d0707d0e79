// Opens pages in a browser and says what is wrong with them; see README.md beside this file.
//
//   node check_pages.mjs [--site] [--pictures FOLDER] PAGE.html ...
//
// Each page is opened at three widths, light and dark, and printed. Faults: serious findings of
// axe-core, a page wider than its window, errors of its scripts, pictures without a text, texts of
// pictures on each other, requests to outside, more than 1 MB, tables that do not sort.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

// Packages are found where it is run, so that they can stand outside the repository.
const require = createRequire(join(process.cwd(), "package.json"));
const puppeteer = require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const WIDTHS = [400, 800, 1400];
const SCHEMES = ["light", "dark"];
const MOST_BYTES = 1e6;
const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--disable-dev-shm-usage", "--remote-debugging-port=0",
];
// Faults of the theme of the site, which are not ours to mend; each with its reason in README.md.
const OF_THE_THEME = JSON.parse(readFileSync(new URL("theme_faults.json", import.meta.url)));

// ---- what runs inside a page ----

function tooWide() {
  const found = [];
  const width = window.innerWidth;
  if (document.documentElement.scrollWidth > width) {
    found.push(`the page is ${document.documentElement.scrollWidth} wide in ${width}`);
    for (const element of document.body.querySelectorAll("*")) {
      if (found.length < 4 && element.getBoundingClientRect().right > width + 1) {
        found.push(`<${element.tagName.toLowerCase()} class="${element.getAttribute("class")}">`);
      }
    }
  }
  return found;
}

// A formula is read without scrolling, also on a phone; on paper heads of tables repeat, for which
// nothing in them may be a box of its own, as buttons are.
function toScroll() {
  const wide = [...document.querySelectorAll(".skinterp .equation")].filter(
    equation => equation.scrollWidth > equation.clientWidth + 1);
  return wide.map(e => `a formula is ${e.scrollWidth} wide in ${e.clientWidth}`);
}

function headsThatDoNotRepeat() {
  const buttons = [...document.querySelectorAll(".skinterp th button")];
  const kinds = buttons.map(button => getComputedStyle(button).display);
  return [...new Set(kinds)].filter(kind => kind !== "contents").map(kind => `a head is ${kind}`);
}

function withoutText() {
  const named = picture => {
    if (picture.closest("[aria-hidden=true]")) return true;
    if (picture.tagName === "IMG") return picture.hasAttribute("alt");
    if (picture.parentElement.closest("svg, [role=img]")) return true;
    const text = picture.getAttribute("aria-label") || picture.querySelector("title")?.textContent;
    return picture.getAttribute("role") === "img" && Boolean(text?.trim());
  };
  const pictures = [...document.querySelectorAll("img, svg")];
  return pictures.filter(p => !named(p)).map(p => p.outerHTML.slice(0, 120));
}

// Texts of pictures are outlines, a group of <use> elements each: their boxes must not meet. The
// boxes are those of the letters, turned as the text is, so that slanted labels may stand closely.
function onEachOther() {
  const found = [];
  const corners = (box, matrix) => [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => {
    const point = new DOMPoint(box.x + x * box.width, box.y + y * box.height);
    const placed = point.matrixTransform(matrix);
    return [placed.x, placed.y];
  });
  const depth = (first, second) => {  // by which two convex shapes overlap, 0 if they do not
    let least = Infinity;
    for (const shape of [first, second]) {
      shape.forEach((corner, k) => {
        const next = shape[(k + 1) % shape.length];
        const length = Math.hypot(next[1] - corner[1], next[0] - corner[0]) || 1;
        const axis = [(next[1] - corner[1]) / length, (corner[0] - next[0]) / length];
        const ends = [first, second].map(points => {
          const values = points.map(p => p[0] * axis[0] + p[1] * axis[1]);
          return [Math.min(...values), Math.max(...values)];
        });
        const common = Math.min(ends[0][1], ends[1][1]) - Math.max(ends[0][0], ends[1][0]);
        least = Math.min(least, common);
      });
    }
    return Math.max(0, least);
  };
  document.querySelectorAll("figure svg").forEach((svg, number) => {
    const groups = [...svg.querySelectorAll("g")].filter(group => {
      const parts = [...group.children].filter(part => part.tagName !== "defs");
      const isGlyph = part => part.tagName === "use" && !part.hasAttribute("y");
      return parts.length > 0 && parts.every(isGlyph) && /scale/.test(group.getAttribute("transform"));
    });
    const boxes = groups.map(group => corners(group.getBBox(), group.getScreenCTM()));
    for (let i = 0; i < boxes.length; i++) {
      for (let j = i + 1; j < boxes.length; j++) {
        const common = depth(boxes[i], boxes[j]);
        if (common > 1.5) {
          const at = boxes[j][0].map(Math.round);
          found.push(`picture ${number + 1}: two texts by ${common.toFixed(1)} px at ${at}`);
        }
      }
    }
    const frame = svg.getBoundingClientRect();
    boxes.forEach(box => {
      const outside = box.some(([x, y]) =>
        x < frame.left - 1 || x > frame.right + 1 || y < frame.top - 1 || y > frame.bottom + 1);
      if (outside) found.push(`picture ${number + 1}: a text is cut at ${box[0].map(Math.round)}`);
    });
  });
  return found;
}

// Clicks each title: the cells must come back the same, in a rising and a falling order.
async function sortingFaults() {
  const found = [];
  const number = text => parseFloat(text.replace(/^(more than |R² )/, "").replace("−", "-"));
  for (const table of document.querySelectorAll(".skinterp table")) {
    const rows = () => [...table.tBodies[0].rows];
    if (rows().length < 2) continue;
    const texts = () => rows().map(row => row.textContent);
    const before = texts(), heads = [...table.tHead.rows[0].cells];
    for (const [column, head] of heads.entries()) {
      const button = head.querySelector("button");
      if (!button) { found.push(`no button in ${head.textContent}`); continue; }
      for (const [expected, sign] of [["ascending", 1], ["descending", -1]]) {
        button.focus();
        button.click();
        const cells = rows().map(row => row.cells[column].textContent.trim());
        const known = cells.filter(text => text && text !== "-" && !/^nan/.test(text));
        const isText = head.matches(".text, .formula") || known.some(t => isNaN(number(t)));
        const is = (a, b) => isText ? a.localeCompare(b, undefined, { numeric: true })
          : number(a) - number(b);
        const good = known.every((text, k) => !k || sign * is(known[k - 1], text) <= 0);
        if (!good) found.push(`${head.textContent} is not ${expected}: ${known.slice(0, 6)}`);
        if (head.getAttribute("aria-sort") !== expected) found.push(`aria-sort: ${expected}`);
        if (texts().sort().join() !== [...before].sort().join()) found.push("rows were lost");
      }
      button.click();
      if (texts().join() !== before.join()) found.push(`${head.textContent}: order not restored`);
    }
  }
  return found;
}

async function accessibility(excluded) {
  const rules = Object.fromEntries(excluded.map(rule => [rule, { enabled: false }]));
  const how = { rules, resultTypes: ["violations"], preload: false };
  const { violations } = await window.axe.run(document, how);
  const grave = violations.filter(v => ["serious", "critical"].includes(v.impact));
  return grave.map(v => `axe ${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 160)} ` +
    v.nodes[0].failureSummary.split("\n").slice(1).join(" ").slice(0, 200));
}

// ---- what drives the browser ----

async function checkView(page, width, scheme, options) {
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  if (options.site) {  // whose theme looks at width and scheme when it is loaded
    await page.reload({ waitUntil: "load" });
    await page.evaluate(axe);
    await new Promise(resume => setTimeout(resume, 500)); // colours fade in
  }
  const excluded = options.site ? Object.keys(OF_THE_THEME.rules) : [];
  const found = await page.evaluate(tooWide);
  found.push(...await page.evaluate(accessibility, excluded));
  return found;
}

async function checkPage(browser, path, options) {
  const faults = new Set(), page = await browser.newPage();
  const say = where => text => faults.add(`${where}: ${text}`);
  const ofTheme = text => options.site && text in OF_THE_THEME.console;
  page.on("console", m => m.type() === "error" && !ofTheme(m.text()) && say("console")(m.text()));
  page.on("pageerror", error => say("script")(error.message));
  page.on("request", request => {
    if (!/^(file|data|blob|about):/.test(request.url())) say("outside")(request.url());
  });
  await page.goto(pathToFileURL(resolve(path)).href, { waitUntil: "load" });
  await page.evaluate(axe);
  (await page.evaluate(withoutText)).forEach(say("no text"));
  for (const width of WIDTHS) {
    for (const scheme of SCHEMES) {
      (await checkView(page, width, scheme, options)).forEach(say(`${width} ${scheme}`));
      if (options.pictures) {
        const file = join(options.pictures, `${basename(path, ".html")}-${width}-${scheme}.png`);
        await page.screenshot({ path: file, fullPage: true });
      }
    }
  }
  if (!options.site) {
    await page.setViewport({ width: WIDTHS[0], height: 900 });
    (await page.evaluate(toScroll)).forEach(say("formula"));
    await page.setViewport({ width: WIDTHS.at(-1), height: 900 });
    await page.emulateMediaType("print");
    (await page.evaluate(headsThatDoNotRepeat)).forEach(say("print"));
    await page.emulateMediaType(null);
    if (statSync(path).size > MOST_BYTES) say("size")(`${statSync(path).size} bytes`);
    (await page.evaluate(onEachOther)).forEach(say("overlap"));
    (await page.evaluate(sortingFaults)).forEach(say("sorting"));
  }
  if (options.pictures) {
    await page.pdf({ path: join(options.pictures, `${basename(path, ".html")}.pdf`), format: "A4" });
  }
  await page.close();
  return [...faults];
}

// puppeteer's own launch hangs on some machines; a browser that says its port does not.
async function opened() {
  const folder = mkdtempSync(join(tmpdir(), "pages-"));
  const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const running = spawn(program, [...FLAGS, `--user-data-dir=${folder}`, "about:blank"],
    { stdio: "ignore" });
  const file = join(folder, "DevToolsActivePort");
  for (let k = 0; !existsSync(file); k++) {
    if (k > 300) throw new Error(`${program} did not start within a minute`);
    await new Promise(resume => setTimeout(resume, 200));
  }
  const [port, path] = readFileSync(file, "utf8").split("\n");
  const browserWSEndpoint = `ws://127.0.0.1:${port}${path}`;
  const browser = await puppeteer.connect({ browserWSEndpoint, defaultViewport: null });
  const close = async () => {
    const gone = new Promise(resume => running.once("exit", resume));
    await browser.close();
    running.kill();
    await gone;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  return { browser, close };
}

function optionsOf(args) {
  const options = { site: false, pictures: null, pages: [] };
  for (let k = 0; k < args.length; k++) {
    if (args[k] === "--site") options.site = true;
    else if (args[k] === "--pictures") options.pictures = args[++k];
    else options.pages.push(args[k]);
  }
  return options;
}

const options = optionsOf(process.argv.slice(2));
if (!options.pages.length) {
  console.error("usage: node check_pages.mjs [--site] [--pictures FOLDER] PAGE.html ...");
  process.exit(2);
}
if (options.pictures) mkdirSync(options.pictures, { recursive: true });
const { browser, close } = await opened();
let nFaults = 0;
for (const path of options.pages) {
  const faults = await checkPage(browser, path, options);
  nFaults += faults.length;
  console.log(`${path}: ${faults.length ? `${faults.length} faults` : "good"}`);
  faults.forEach(fault => console.log(`  ${fault}`));
}
await close();
process.exit(nFaults ? 1 : 0);
