// Folds of a cross-validation: a dot each, their mean, the pooled value; then the table fold by fold.

function draw_folds(box, {metric, set, rows, across, pooled, steps}) {
  fold_plot(box, rows, `${words(metric)} on ${set}`, metric, across[metric], pooled[metric]);
  const metrics = Object.keys(rows[0].metrics);
  metrics.sort((one, other) => (other === metric) - (one === metric));
  const cells = values => metrics.map(name => element('td', {}, values(name)));
  const summary = [
    ['mean', '', '', ...cells(name => across[name] ? show(across[name].mean) : '–')],
    ['± std', '', '', ...cells(name => across[name] && is_number(across[name].std) ? show_bound(across[name].std) : '–')],
    ['pooled', '', show(rows.reduce((sum, row) => sum + row.test_rows, 0)), ...metrics.map(name => with_interval(pooled[name], name))],
  ];
  box.append(table(`Metrics of each fold on ${set}`, ['fold', 'rows that train', 'rows that test', ...metrics.map(words)],
    [...rows.map(row => [row.name, show(row.train_rows), show(row.test_rows), ...cells(name => show(row.metrics[name]))]),
      ...summary], 'wide'));
  if (steps && steps.length) draw_fold_steps(box, {metric, set, rows, steps});
}

// What each step came to, over the folds: the comparison of a recipe whose steps are ways to train.
function draw_fold_steps(box, {metric, set, rows, steps}) {
  const arms = steps.filter(step => step.metrics[metric]).map(step => ({
    name: step.step, mean: step.metrics[metric].mean,
    values: rows.map(row => row.steps.find(one => one.step === step.step)).map(one => one && one.metrics[metric]),
  }));
  box.append(element('h3', {}, 'After each step'));
  dot_plot(box, arms, {name: `${words(metric)} on ${set} after each step`, values: `${words(metric)} on ${set}`, rows: 'step', dot: 'a fold',
    caption: `Small dots are the ${rows.length} folds, diamonds their means.`});
  const metrics = [...new Set(steps.flatMap(step => Object.keys(step.metrics)))];
  metrics.sort((one, other) => (other === metric) - (one === metric));
  const cell = across => across ? element('td', {}, show(across.mean),
    is_number(across.std) && element('small', {}, '± ' + show_bound(across.std)) || null) : '–';
  box.append(table(`Mean ± std over folds on ${set}, after each step`, ['step', ...metrics.map(words)],
    steps.map(step => [step.step, ...metrics.map(name => cell(step.metrics[name]))])));
}

// The mean's two intervals: as if folds were independent, and for folds that share training rows.
function fold_intervals({mean, low, high, corrected_low, corrected_high}, folds) {
  if (!is_number(low)) return `Mean ${show(mean)}.`;
  if (folds < 3) return `Mean ${show(mean)}; two folds are too few for an interval that says anything.`;
  return `Mean ${show(mean)}, 95 % interval [${show_bound(low)}, ${show_bound(high)}] as if folds were independent, ` +
    `[${show_bound(corrected_low)}, ${show_bound(corrected_high)}] for folds that share training rows (Nadeau & Bengio).`;
}

function fold_plot(box, rows, title, metric, across, pooled) {
  if (!across) return;
  const dots = rows.filter(row => is_number(row.metrics[metric])).map(row => ({x: row.metrics[metric], y: row.name}));
  const names = [...rows.map(row => row.name), 'mean', 'pooled'];
  const [least, most] = range_of(metric);
  const span = (low, high, y) => is_number(low) && is_number(high) ?
    [{x: Math.max(low, least), y}, {x: Math.min(high, most), y}] : null;
  const spans = [
    {label: 'interval of the mean', data: rows.length < 3 ? null : span(across.corrected_low, across.corrected_high, 'mean')},
    {label: 'interval of the pooled value', data: span(pooled && pooled.low, pooled && pooled.high, 'pooled')},
  ].filter(one => one.data);
  plot(box, {
    name: title,
    caption: `A dot a fold. ${fold_intervals(across, rows.length)} Pooled: over the rows of all folds together.`,
    height: 70 + 24 * names.length,
    config: () => ({
      type: 'scatter',
      data: {datasets: [
        {label: 'a fold', data: dots, backgroundColor: faded('negative', 0.7), radius: 5},
        {label: 'mean', data: [{x: across.mean, y: 'mean'}], backgroundColor: colour('ink'), pointStyle: 'rectRot', radius: 7},
        ...(pooled && is_number(pooled.value) ? [{label: 'pooled', data: [{x: pooled.value, y: 'pooled'}],
          backgroundColor: colour('ink'), pointStyle: 'circle', radius: 5}] : []),
        ...spans.map(one => ({...one, type: 'line', borderColor: colour('ink'), borderWidth: 2, pointRadius: 0})),
      ]},
      options: options({
        x: axis(title),
        y: {...axis('fold'), type: 'category', labels: names, offset: true, grid: {display: false},
          ticks: {color: colour('ink'), autoSkip: names.length > 40}},
      }, {plugins: {legend: {display: false}, tooltip: {callbacks: {
        label: ({dataset, raw}) => `${dataset.label}: ${show(raw.x)}`}}}}),
    }),
  });
}
