// The section of the learned kernels: importance as bars, then the kernels as small multiples, most important first.

const kernels_at_first = 24;

// A kernel of a classifier has a mix for every class, so no sign of its own: it is drawn in the neutral colour.
function sign_of(kernel) {
  const sign = is_number(kernel.sign) ? kernel.sign : kernel.mix;
  return is_number(sign) ? (sign < 0 ? 'negative' : 'positive') : 'line';
}

function bank_name(bank) {
  return typeof bank === 'number' ? `bank ${bank}` : String(bank);
}

function kernel_name(kernel) {
  return `${bank_name(kernel.bank)} #${kernel.index}`;
}

function draw_kernels(box, {rate_hz, list, importance, beside}, report) {
  const meaning = meaning_of(report);
  const sorted = [...list].sort((one, other) => (other.importance || 0) - (one.importance || 0));
  if (list.some(kernel => sign_of(kernel) !== 'line')) box.append(controls(key('positive', `pushes towards ${meaning.positive}`), key('negative', `pushes towards ${meaning.negative}`)));
  if (beside) box.append(element('p', {class: 'lead'}, beside_note(beside, 'of the windows below').trim()));
  importance_plot(box, sorted, importance || 'importance');
  const grid = element('div', {class: 'kernels'});
  const more = button('', () => show_up_to(sorted.length));
  let shown = 0;
  const show_up_to = count => {
    for (; shown < Math.min(count, chosen.length); ++shown) kernel_plot(grid, chosen[shown], rate_hz);
    more.hidden = shown >= chosen.length;
    more.textContent = `show the other ${chosen.length - shown}`;
  };
  let chosen = sorted;
  const banks = [...new Set(sorted.map(kernel => kernel.bank))].sort();
  const choose = picker('Bank', ['all banks', ...banks.map(bank_name)], at => {
    for (const made of plots.filter(made => grid.contains(made.canvas))) made.remove();
    chosen = at ? sorted.filter(kernel => kernel.bank === banks[at - 1]) : sorted;
    shown = 0;
    show_up_to(kernels_at_first);
  });
  box.append(element('h3', {}, 'The kernels, most important first'),
    element('p', {class: 'lead'}, 'Each plot is the short shape that one kernel looks for: it responds where the signal looks ' +
      'like it, and its response is multiplied by its mix. The percentage is its share of the total importance.'));
  if (banks.length > 1) box.append(controls(choose));
  box.append(grid, controls(more));
  const total = sorted.reduce((sum, kernel) => sum + (kernel.importance || 0), 0);
  for (const kernel of sorted) kernel.share = total ? kernel.importance / total : null;
  show_up_to(kernels_at_first);
}

function importance_plot(box, sorted, title) {
  plot(box, {
    name: 'Importance of every kernel', height: 240,
    caption: 'One bar a kernel, the most important on the left; where the bars become flat and low, kernels can be merged or removed.',
    config: () => ({
      type: 'bar',
      data: {datasets: [{
        label: title, data: sorted.map((kernel, at) => ({x: at + 1, y: kernel.importance})), barPercentage: 1, categoryPercentage: 0.85,
        backgroundColor: sorted.map(kernel => colour(sign_of(kernel))),
      }]},
      options: options({x: axis('kernel, by rank', {offset: false, min: 0.5, max: sorted.length + 0.5, grid: {display: false, offset: false},
        afterBuildTicks: scale => { scale.ticks = ranks(sorted.length); }}),
        y: axis(title, {beginAtZero: true})},
        {plugins: {tooltip: {callbacks: {title: ([item]) => kernel_name(sorted[item.dataIndex])}}}}),
    }),
  });
}

// 1, and then every fifth or tenth: as many as fit.
function ranks(count) {
  const every = count <= 30 ? 5 : count <= 120 ? 10 : Math.ceil(count / 100) * 10;
  return Array.from({length: count}, (_, at) => ({value: at + 1})).filter(({value}) => value === 1 || value % every === 0);
}

function kernel_plot(box, kernel, rate_hz) {
  const name = kernel_name(kernel);
  const numbers = ['mix', 'bias'].filter(part => is_number(kernel[part])).map(part => `${part} ${show_signed(kernel[part])}`);
  const share = is_number(kernel.share) ? `${(100 * kernel.share).toFixed(1)} %` : '';
  const size = Math.max(...kernel.taps.map(Math.abs)) || 1;
  plot(box, {
    name: `Kernel ${name}: ${numbers.join(', ')}`, height: 118,
    heading: element('div', {class: 'name', title: [kernel.node, ...numbers].join(', ')}, element('b', {}, name), element('span', {}, share)),
    config: () => ({
      type: 'line',
      data: {datasets: [line(name, in_seconds(kernel.taps, rate_hz, 300), sign_of(kernel))]},
      options: options({
        x: axis('time (s)', {small: true, min: 0, max: kernel.taps.length / rate_hz, ticks: {maxTicksLimit: 4}}),
        y: axis('weight', {small: true, min: -1.15 * size, max: 1.15 * size, afterFit: scale => { scale.width = 50; },
          afterBuildTicks: scale => { scale.ticks = [-size, 0, size].map(value => ({value})); },
          ticks: {callback: value => minus(value ? String(Number(value.toPrecision(2))) : '0')}}),
      }, {plugins: {tooltip: {callbacks: {title: () => numbers.join(', ')}}}}),
    }),
  });
}
