// Groups: a dot for each, its metrics in a table, mean and deviation over them.

function draw_groups(box, {metric, sets}) {
  for (const [set, {rows, across}] of Object.entries(sets)) {
    const metrics = Object.keys(across);
    metrics.sort((one, other) => (other === metric) - (one === metric));
    box.append(element('h3', {}, set));
    if (across[metric] && is_number(across[metric].mean)) group_plot(box, rows, `${words(metric)} on ${set}`, metric, across[metric]);
    const cells = value => metrics.map(name => element('td', {}, value(name)));
    const undefined_for = name => rows.length - across[name].groups;
    const summary = [
      [`mean of ${rows.length}`, '', '', ...cells(name => show(across[name].mean))],
      ['± std', '', '', ...cells(name => is_number(across[name].std) ? show_bound(across[name].std) : '–')],
      ...(metrics.some(undefined_for) ? [['left out', '', '', ...cells(name => undefined_for(name) || '')]] : []),
    ];
    box.append(table(`Metrics of each group of ${set}`, ['group', 'windows', 'classes', ...metrics.map(words)],
      [...rows.map(row => [row.name, show(row.windows), show(row.classes), ...cells(name => show(row[name]))]), ...summary], 'wide'));
    if (metrics.some(undefined_for)) {
      box.append(element('p', {class: 'lead'}, 'A group is left out of the mean of a metric that is not defined for it: ' +
        'of one class, there is nothing to agree on beyond chance.'));
    }
  }
}

// The highest on top; a group of one class is an open dot, for it is easily right about all or nothing.
function group_plot(box, rows, title, metric, {mean, std}) {
  const known = rows.filter(row => is_number(row[metric])).sort((one, other) => other[metric] - one[metric]);
  const names = [...known.map(row => row.name), 'mean'];
  const dots = some => known.filter(some).map(row => ({x: row[metric], y: row.name}));
  const [least, most] = range_of(metric);
  const bar = [Math.max(least, mean - std), Math.min(most, mean + std)].map(x => ({x, y: 'mean'}));
  const sets = () => [
    {label: 'several classes', data: dots(row => row.classes !== 1), backgroundColor: faded('negative', 0.7), radius: 5},
    {label: 'one class', data: dots(row => row.classes === 1), backgroundColor: 'transparent', borderColor: colour('negative'), radius: 5},
    {label: 'mean', data: [{x: mean, y: 'mean'}], backgroundColor: colour('ink'), pointStyle: 'rectRot', radius: 7},
    {label: 'one deviation', data: is_number(std) ? bar : [], type: 'line', borderColor: colour('ink'), borderWidth: 2, pointRadius: 0},
  ];
  plot(box, {
    name: `${title} by group`,
    caption: 'A dot a group, the highest on top; open dots are groups of one class. The diamond is their mean, the bar one deviation to either side.',
    height: Math.min(70 + 22 * names.length, 900),
    config: () => ({
      type: 'scatter',
      data: {datasets: sets().filter(one => one.data.length)},
      options: options({
        x: axis(title),
        y: {...axis('group'), type: 'category', labels: names, offset: true, grid: {display: false},
          ticks: {color: colour('ink'), autoSkip: names.length > 40}},
      }, {plugins: {legend: {display: false}, tooltip: {callbacks: {label: ({raw}) => `${raw.y}: ${show(raw.x)}`}}}}),
    }),
  });
}
