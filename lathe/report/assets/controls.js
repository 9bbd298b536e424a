// Controls: what else was trained, and whether the recipe's own way was worth it.

function draw_controls(box, {metric, set, seeds, arms, verdict}) {
  box.append(element('ul', {class: 'verdict'}, ...verdict.map(sentence => element('li', {}, sentence))));
  if (seeds === 2) {
    box.append(element('p', {class: 'lead'}, 'Two seeds are few: an interval over two is wide, and chance decides how wide.'));
  }
  dot_plot(box, arms, {name: `${words(metric)} on ${set}`, values: `${words(metric)} on ${set}`, rows: 'way', dot: 'a seed',
    caption: seeds === 1 ? 'One seed each.' : `Small dots are the ${seeds} seeds, diamonds their means.`});
  box.append(table(`${words(metric)} on ${set}, over ${seeds} seed${seeds === 1 ? '' : 's'}`,
    ['what was trained', 'parameters', 'MACs', words(metric), '± std', 'each seed'],
    arms.map(arm => [arm.name, show(arm.parameters), show(arm.macs),
      with_interval({value: arm.mean, low: arm.low, high: arm.high}, metric), is_number(arm.std) ? show_bound(arm.std) : '–',
      arm.values.map(value => is_number(value) ? show_bound(value) : '–').join('  ')]), 'wide'));
}

// A dot a value, a diamond their mean, one row for each way.
function dot_plot(box, arms, {name, values, rows, dot, caption}) {
  const names = arms.map(arm => arm.name);
  const dots = arms.flatMap(arm => arm.values.filter(is_number).map(value => ({x: value, y: arm.name})));
  const means = arms.map(arm => ({x: arm.mean, y: arm.name}));
  plot(box, {
    name,
    caption,
    height: 60 + 34 * arms.length,
    config: () => ({
      type: 'scatter',
      data: {datasets: [
        {label: dot, data: dots, backgroundColor: faded('negative', 0.5), radius: 4},
        {label: 'mean', data: means, backgroundColor: colour('ink'), pointStyle: 'rectRot', radius: 7},
      ]},
      options: options({
        x: axis(values),
        y: {...axis(rows), type: 'category', labels: names, offset: true, grid: {display: false}, ticks: {color: colour('ink')}},
      }, {plugins: {legend: {display: false}, tooltip: {callbacks: {
        label: ({dataset, raw}) => `${dataset.label}: ${show(raw.x)}`}}}}),
    }),
  });
}
