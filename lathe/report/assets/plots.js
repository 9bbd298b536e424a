// The one way to put a plot on the page: a titled, captioned, re-drawable Chart.js chart. Draws nothing by itself.

const plots = [];  // every chart that is on the page, for themes, printing and the self-check
const checking = window.location.hash === '#check';

let colours = {};  // the style sheet's, read once a theme: asking for the computed style thousands of times is slow

function colour(name) {
  if (!colours[name]) colours[name] = getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  return colours[name];
}

// Mixes the colour into the card's own, so that neighbouring cells can overlap without a seam.
function tint(name, share) {
  const part = (hex, at) => parseInt(hex.slice(1 + 2 * at, 3 + 2 * at), 16);
  const from = colour('surface'), to = colour(name);
  return 'rgb(' + [0, 1, 2].map(at => Math.round(part(from, at) + share * (part(to, at) - part(from, at)))).join() + ')';
}

function faded(name, opacity) {
  return colour(name) + Math.round(255 * opacity).toString(16).padStart(2, '0');
}

function narrow() {
  return window.innerWidth <= 600;
}

function axis(title, more) {
  const size = more && more.small ? 10 : 12;
  return {
    type: 'linear', ...more,
    title: {display: true, text: title, font: {size}, padding: more && more.small ? 0 : 2},
    grid: {color: colour('grid'), borderColor: colour('rule'), drawTicks: false, ...(more && more.grid)},
    ticks: {maxRotation: 0, padding: 4, font: {size: size - 1}, ...(more && more.ticks)},
  };
}

// The same left margin for plots that stand above each other, so that their time axes line up.
function gutter(scale) {
  scale.width = narrow() ? 68 : 96;
}

function line(label, points, colour_name, more) {
  return {label, data: points, borderColor: colour(colour_name), backgroundColor: colour(colour_name), borderWidth: 1.5,
    pointRadius: 0, pointHitRadius: 4, ...more};
}

// Keeps the lowest and the highest point of each of `buckets` stretches: peaks survive, a screen's worth is drawn.
function decimate(points, buckets) {
  if (points.length <= 2 * buckets) return points;
  const kept = [];
  for (let bucket = 0; bucket < buckets; ++bucket) {
    const first = Math.floor(bucket * points.length / buckets), last = Math.floor((bucket + 1) * points.length / buckets);
    let low = first, high = first;
    for (let at = first; at < last; ++at) {
      if (points[at].y < points[low].y) low = at;
      if (points[at].y > points[high].y) high = at;
    }
    kept.push(points[Math.min(low, high)]);
    if (low !== high) kept.push(points[Math.max(low, high)]);
  }
  return kept;
}

// Samples at `rate_hz` as points in seconds.
function in_seconds(values, rate_hz, buckets) {
  const points = values.map((y, at) => ({x: at / rate_hz, y}));
  return buckets ? decimate(points, buckets) : points;
}

function options(scales, more) {
  return {
    animation: false, responsive: true, maintainAspectRatio: false, normalized: true, scales,
    interaction: {mode: 'nearest', axis: 'x', intersect: false}, ...more,
    plugins: {legend: {display: false}, ...(more && more.plugins)},
  };
}

function legend() {
  return {legend: {display: true, align: 'start', labels: {boxWidth: 14, boxHeight: 7, padding: 12, font: {size: 12}}}};
}

function apply_theme() {
  colours = {};
  Chart.defaults.color = colour('muted');
  Chart.defaults.borderColor = colour('grid');
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
}

// Puts a figure into `box`. `config` is a function, called again whenever the colours change.
function plot(box, {name, caption, height, config, heading}) {
  const canvas = element('canvas', {role: 'img', 'aria-label': name});
  if (checking) canvas.getContext('2d', {willReadFrequently: true});  // the first call decides for all
  const frame = element('div', {class: 'canvas'}, canvas);
  frame.style.height = height + 'px';
  const figure = element('figure', {}, heading, frame, caption && element('figcaption', {}, caption));
  box.append(figure);
  const made = {name, canvas, chart: null};
  made.redraw = () => {
    if (made.chart) made.chart.destroy();
    made.chart = new Chart(canvas, config());
  };
  made.remove = () => {
    made.chart.destroy();
    figure.remove();
    plots.splice(plots.indexOf(made), 1);
  };
  made.redraw();
  plots.push(made);
  return made;
}

function redraw_all() {
  apply_theme();
  for (const made of plots) made.redraw();
}
