// The page's self-check, run when the address ends in #check: uses every control, then writes what it saw on <html>.

// Plots whose data changed no pixel: what is on the canvas before and after the data sets are drawn is compared.
function unpainted() {
  const before = new Map(), changed = new Map();
  const pixels = chart => new Uint32Array(chart.ctx.getImageData(0, 0, chart.canvas.width, chart.canvas.height).data.buffer);
  const watcher = {
    id: 'self_check',
    beforeDatasetsDraw: chart => { before.set(chart, pixels(chart)); },
    afterDatasetsDraw: chart => {
      const was = before.get(chart);
      changed.set(chart, pixels(chart).some((value, at) => value !== was[at]));
    },
  };
  Chart.register(watcher);
  const names = [];
  for (const made of plots) {
    made.redraw();
    if (!changed.get(made.chart)) names.push(made.name);
  }
  Chart.unregister(watcher);
  return names;
}

// Plots with a point that has no place, because its value or its axis is missing.
function unplaced() {
  return plots.filter(({chart}) => chart.data.datasets.some((_, nth) => {
    const points = chart.getDatasetMeta(nth).data;
    return points.length === 0 || points.some(point => point.skip || !Number.isFinite(point.x) || !Number.isFinite(point.y));
  })).map(made => made.name);
}

// Plots with an axis that does not say what it shows.
function untitled() {
  return plots.filter(made => Object.values(made.chart.scales).some(scale =>
    scale.options.display !== false && !(scale.options.title && scale.options.title.text))).map(made => made.name);
}

function self_check() {
  const found = {plots: new Set(), blank: new Set(), unplaced: new Set(), untitled: new Set()};
  const look = () => {
    for (const made of plots) found.plots.add(made.name);
    for (const name of unpainted()) found.blank.add(name);
    for (const name of unplaced()) found.unplaced.add(name);
    for (const name of untitled()) found.untitled.add(name);
  };
  look();
  for (const control of document.querySelectorAll('.controls button')) {
    if (!control.disabled && !control.hidden) control.click();
  }
  look();
  for (const control of document.querySelectorAll('select')) {
    for (let at = control.options.length - 1; at >= 0; --at) {
      control.selectedIndex = at;
      control.dispatchEvent(new Event('change'));
      look();
    }
  }
  const written = document.documentElement.dataset;
  for (const [name, names] of Object.entries(found)) written[name] = [...names].join('; ');
  written.plots = found.plots.size;
  written.unnamed = document.querySelectorAll('canvas:not([aria-label])').length;
  written.overflow = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
  written.width = window.innerWidth;
  written.checked = 'yes';
}
