// The section of the example rows: signal, probability and the kernels' contributions over one time axis; or pictures.

function draw_windows(box, windows, report) {
  const stage = element('div');
  let mine = [], at = 0;
  const noun = windows.some(row => row.picture) ? 'Image' : 'Window';
  const choose = picker(noun, windows.map((example, nth) => example.title || `${noun.toLowerCase()} ${nth + 1}`), nth => go(nth));
  const back = button('‹ previous', () => go(at - 1)), on = button('next ›', () => go(at + 1));
  const go = nth => {
    at = nth;
    choose.selectedIndex = at;
    back.disabled = at === 0;
    on.disabled = at === windows.length - 1;
    for (const made of mine) made.remove();
    stage.replaceChildren();
    mine = windows[at].picture ? draw_picture(stage, windows[at]) : draw_window(stage, windows[at], meaning_of(report));
  };
  if (windows.length > 1) box.append(controls(choose, back, on));
  box.append(stage);
  go(0);
}

// Pixels as they are, enlarged without blur. No chart: nothing to draw again when colours change.
function draw_picture(box, {title, picture: {height, width, channels, values}}) {
  const canvas = element('canvas', {role: 'img', 'aria-label': `Picture of ${title}`, class: 'pixels', width, height});
  const pixels = new ImageData(width, height);
  for (let at = 0; at < width * height; ++at) {
    for (let c = 0; c < 3; ++c) pixels.data[4 * at + c] = values[channels * at + (channels === 3 ? c : 0)];
    pixels.data[4 * at + 3] = 255;
  }
  canvas.getContext('2d').putImageData(pixels, 0, 0);
  canvas.style.width = `min(100%, ${Math.max(1, Math.round(280 / height)) * width}px)`;
  box.append(element('figure', {}, canvas, element('figcaption', {}, title)));
  return [];
}

function draw_window(box, example, meaning) {
  const made = [], seconds = example.signal.length / example.rate_hz;
  const time = more => axis('time (s)', {min: 0, max: seconds, ticks: {maxTicksLimit: narrow() ? 6 : 16}, ...more});
  const shade = () => example.label ? [label_shade(example, meaning)] : [];
  const label_axis = () => ({label: {type: 'linear', axis: 'y', display: false, min: 0, max: 1}});
  made.push(plot(box, {
    name: `Signal of ${example.title}`, height: 200,
    caption: `The recording${example.label ? `; spans labelled as ${meaning.positive} are shaded` : ''}.${channels_note(example)}`,
    config: () => ({
      type: 'line', data: {datasets: [...signal_lines(example), ...shade()]},
      options: options({x: time(), y: axis(example.unit ? `signal (${example.unit})` : 'signal', {afterFit: gutter}), ...label_axis()},
        {plugins: example.label || example.channels ? legend() : {}}),
    }),
  }));
  if (example.probability || example.smoothed) made.push(probability_plot(box, example, meaning, time, shade, label_axis));
  if (example.contributions && example.contributions.length) made.push(contribution_plot(box, example, meaning, time));
  return made;
}

// A line a channel, as many as there are colours that can be told apart.
const channel_colours = ['line', 'negative', 'positive'];
function signal_lines({signal, channels, rate_hz}) {
  const one = (name, values, colour_name) => line(name, in_seconds(values, rate_hz, 900), colour_name, {borderWidth: 1.1});
  if (!channels) return [one('signal', signal, 'line')];
  return channel_colours.slice(0, channels.length).map((name, nth) => one(`channel ${nth + 1}`, channels[nth], name));
}
function channels_note({channels}) {
  const drawn = channel_colours.length;
  return channels && channels.length > drawn ? ` Channels 1 to ${drawn} of ${channels.length} are drawn.` : '';
}

// The label as a filled step behind the curves, on a hidden axis from 0 to 1.
function label_shade(example, meaning) {
  const changes = in_seconds(example.label, example.rate_hz).filter((point, at, all) =>
    at === 0 || at === all.length - 1 || point.y !== all[at - 1].y);
  const fill = faded('label', Number(colour('shade')));
  return {label: `labelled ${meaning.positive}`, data: changes, yAxisID: 'label', stepped: 'before', fill: 'origin', pointRadius: 0,
    pointHitRadius: 0, borderWidth: 0, borderColor: fill, backgroundColor: fill, order: 9};
}

function probability_plot(box, example, meaning, time, shade, label_axis) {
  const seconds = example.signal.length / example.rate_hz;
  return plot(box, {
    name: `Probability of ${meaning.positive} in ${example.title}`, height: 190,
    caption: `What the model says for every sample${example.smoothed ? ', raw and smoothed' : ''}: ` +
      `above the dashed threshold it calls ${meaning.positive}; a good model is high exactly where the shade is.`,
    config: () => {
      const lines = shade();
      if (example.probability) {
        const style = example.smoothed ? {borderColor: faded('negative', 0.45), borderWidth: 1} : {};
        lines.push(line('probability', in_seconds(example.probability, example.rate_hz, 900), 'negative', style));
      }
      if (example.smoothed) {
        lines.push(line('smoothed', in_seconds(example.smoothed, example.rate_hz, 900), 'positive', {borderWidth: 2}));
      }
      if (is_number(example.threshold)) {
        lines.push(line(`threshold ${example.threshold}`, [{x: 0, y: example.threshold}, {x: seconds, y: example.threshold}],
          'muted', {borderDash: [5, 4], borderWidth: 1.2, backgroundColor: 'transparent'}));
      }
      return {type: 'line', data: {datasets: lines},
        options: options({x: time(), y: axis('probability', {min: 0, max: 1, afterFit: gutter}), ...label_axis()}, {plugins: legend()})};
    },
  });
}

// A heat strip: one row a kernel, then the rest and the sum; bars of Chart.js, one a cell.
function contribution_plot(box, example, meaning, time) {
  const rows = example.contributions.map(({kernel, values, rest, sign}) =>
    ({name: rest ? `other ${rest} ${sign < 0 ? '−' : '+'}` : kernel, values}));
  if (rows.length > 1) {
    rows.push({name: 'sum', values: example.signal.map((_, at) => rows.reduce((sum, row) => sum + row.values[at], 0))});
  }
  const cells = Math.min(example.signal.length, 200), width = example.signal.length / cells / example.rate_hz;
  for (const row of rows) row.means = means(row.values, cells);
  const sizes = rows.flatMap(row => row.means.map(Math.abs)).sort((one, other) => one - other);
  const limit = sizes[Math.floor(0.98 * (sizes.length - 1))] || 1;
  const shade_of = value => tint(value < 0 ? 'negative' : 'positive', Math.min(1, Math.abs(value) / limit) ** 0.8);
  const bound = Number(limit.toPrecision(2));
  box.append(controls(`log-odds: −${bound}`, element('div', {class: 'scale', 'aria-hidden': 'true'}), `+${bound}`));
  return plot(box, {
    name: `Contributions of the kernels in ${example.title}`, height: 70 + 22 * rows.length,
    caption: beside_note(example.beside, 'in this window') + `Which kernels made the model decide: orange ` + (example.probability ?
      `pushes towards ${meaning.positive}, blue towards ${meaning.negative}; the last row is the sum, of which the probability ` +
      'is the logistic function.' : 'speaks for the answer, blue against it; the last row is the sum of the kernels.') +
      (rows.some(row => row.name.startsWith('other ')) ? ' The other kernels are added up by the way they push, + and −.' : ''),
    config: () => ({
      type: 'bar',
      data: {datasets: rows.map((row, nth) => ({
        label: row.name, grouped: false, barPercentage: 1, categoryPercentage: 1, borderWidth: 0,
        data: row.means.map((value, cell) => ({x: (cell + 0.5) * width, y: [nth - 0.45, nth + 0.45], value})),
        backgroundColor: row.means.map(shade_of),
      }))},
      options: options({
        x: time({offset: false, grid: {display: false, offset: false}}),
        y: axis('kernel', {reverse: true, min: -0.5, max: rows.length - 0.5, afterFit: gutter, grid: {display: false},
          afterBuildTicks: scale => { scale.ticks = rows.map((_, value) => ({value})); },
          ticks: {autoSkip: false, callback: nth => shortened(rows[nth].name, narrow() ? 9 : 14)}}),
      }, {
        interaction: {mode: 'nearest', intersect: true},
        plugins: {tooltip: {callbacks: {title: ([item]) => `${item.parsed.x.toFixed(1)} s`,
          label: item => `${item.dataset.label}: ${show_signed(item.raw.value)}`}}},
      }),
    }),
  });
}

// What of a classifier's score no kernel makes, so that no row of the strip shows it.
function beside_note(beside, where) {
  if (!beside) return '';
  return `By size, ${percent(beside.share)} of the terms of the score ${where} come from the branch '${beside.branch}', ` +
    `the other ${percent(1 - beside.share)} from the kernels. `;
}

function percent(share) {
  return `${(100 * share).toFixed(0)} %`;
}

function means(values, cells) {
  return Array.from({length: cells}, (_, cell) => {
    const part = values.slice(Math.floor(cell * values.length / cells), Math.floor((cell + 1) * values.length / cells));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

function shortened(text, most) {
  return text.length <= most ? text : '…' + text.slice(1 - most);
}
