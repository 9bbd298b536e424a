// Elements, numbers and tables for the report. Text only ever becomes a text node: no name can inject markup.

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  for (const child of children) {
    if (child !== null && child !== undefined) made.append(child instanceof Node ? child : String(child));
  }
  return made;
}

function is_number(value) {
  return typeof value === 'number' && Number.isFinite(value);
}

// 8592 -> "8,592"; 0.84853 -> "0.8485"; null (what NaN becomes in JSON) -> "–"; text stays as it is.
function show(value) {
  if (value === null || value === undefined) return '–';
  if (!is_number(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return minus(value.toLocaleString('en-US'));
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return minus(value.toExponential(2));
  if (size >= 100) return minus(value.toLocaleString('en-US', {maximumFractionDigits: 1}));
  return minus(size >= 10 ? value.toFixed(2) : size >= 0.01 ? value.toFixed(4) : value.toPrecision(3));
}

function minus(text) {
  return text.replace('-', '−');
}

function show_signed(value) {
  return (is_number(value) && value > 0 ? '+' : '') + show(value);
}

function show_bytes(value) {
  if (!is_number(value)) return show(value);
  if (value < 1024) return value + ' B';
  return value < 1024 * 1024 ? (value / 1024).toFixed(1) + ' KiB' : (value / 1024 / 1024).toFixed(2) + ' MiB';
}

// −41.3 %, against the first value; nothing where there is nothing to compare.
function show_change(value, first) {
  if (!is_number(value) || !is_number(first) || first === 0) return '';
  const change = 100 * (value - first) / Math.abs(first);
  if (Math.abs(change) < 0.05) return '±0 %';
  return (change > 0 ? '+' : '−') + Math.abs(change).toFixed(1) + ' %';
}

// −1.3 points: what a metric changed by, as hundredths of it, whatever it was before.
function show_points(value, first) {
  if (!is_number(value) || !is_number(first)) return '';
  const points = 100 * (value - first);
  if (Math.abs(points) < 0.05) return '±0 points';
  return (points > 0 ? '+' : '−') + Math.abs(points).toFixed(1) + ' points';
}

// What a metric can be, for intervals that reach beyond it; the first that matches holds.
const metric_ranges = [
  [/(^|_)(mae|rmse|loss|bce)$/, [0, Infinity]],
  [/(^|_)ece$/, [0, 1]],
  [/(kappa|mcc|correlation)/, [-1, 1]],
  [/(accuracy|auroc|dice|f1|iou|precision|recall|sensitivity|specificity)/, [0, 1]],
];

function range_of(metric) {
  const found = metric_ranges.find(([name]) => name.test(metric || ''));
  return found ? found[1] : [-Infinity, Infinity];
}

const known_words = {
  auroc: 'AUROC', mae: 'MAE', rmse: 'RMSE', f1: 'F1', macs: 'MACs', dice: 'DICE', peak_ram_bytes: 'peak RAM',
  flash_bytes: 'flash', 'macro_f1': 'macro F1', bce: 'BCE', ece: 'ECE',
};

// "peak_ram_bytes" -> "peak RAM"; "validation_dice" -> "validation DICE".
function words(key) {
  return known_words[key] || key.split('_').map(word => known_words[word] || word).join(' ');
}

// A table in its own scrolling box; `head` and the cells are strings or nodes, the first column names the row.
function table(name, head, rows, style) {
  const body = rows.map(row => element('tr', {},
    ...row.map((cell, at) => cell instanceof HTMLTableCellElement ? cell : element(at ? 'td' : 'th', at ? {} : {scope: 'row'}, cell))));
  const top = head && element('thead', {}, element('tr', {}, ...head.map(cell => element('th', {scope: 'col'}, cell))));
  return element('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': name},
    element('table', {class: style || ''}, top, element('tbody', {}, ...body)));
}

function button(text, on_click) {
  const made = element('button', {type: 'button'}, text);
  made.addEventListener('click', on_click);
  return made;
}

function controls(...children) {
  return element('div', {class: 'controls'}, ...children);
}

// A list of choices; `on_change` gets the position of the chosen one.
function picker(name, choices, on_change) {
  const made = element('select', {'aria-label': name}, ...choices.map(choice => element('option', {}, choice)));
  made.addEventListener('change', () => on_change(made.selectedIndex));
  return made;
}

function key(colour_name, text, opacity) {
  const box = element('i');
  box.style.background = `var(--${colour_name})`;
  box.style.opacity = opacity || 1;
  return element('span', {class: 'key'}, box, text);
}
