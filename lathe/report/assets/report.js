// Builds the page from its data: the table of sections is the table of contents. Knows no section's inside.

// A new section is one entry here: its key in the data, its heading, a lead for beginners, and who draws it.
const sections = [
  {key: 'headline', title: 'At a glance', draw: draw_headline},
  {key: 'history', title: 'Training', draw: draw_history},
  {key: 'trainings', title: 'Training of teachers and steps', draw: draw_trainings},
  {key: 'ledger', title: 'Ledger', draw: draw_ledger,
    lead: 'What each step did to the size of the model and to its quality; changes are against the first row, of sizes in ' +
      'percent, of metrics in points: 100 of them make a 1.'},
  {key: 'controls', title: 'Controls', draw: draw_controls,
    lead: 'What the same effort gives without the method: a smaller network is only worth its steps when these are worse. ' +
      'Brackets are 95 % intervals of the mean over seeds.'},
  {key: 'folds', title: 'Folds', draw: draw_folds,
    lead: 'Every fold is a model of its own, measured on rows that it was not trained on.'},
  {key: 'sets', title: 'Quality', draw: draw_sets,
    lead: 'Brackets are 95 % intervals: sets of this size, drawn again, would mostly land inside them.'},
  {key: 'groups', title: 'Groups', draw: draw_groups,
    lead: 'Every group (a subject, a recording) by itself. Their mean counts each group once, however much it recorded; ' +
      'the pooled values above count every row once.'},
  {key: 'kernels', title: 'Kernels', draw: draw_kernels},
  {key: 'windows', title: windows => windows.some(row => row.picture) ? 'Images' : 'Windows', draw: draw_windows},
  {key: 'notes', title: 'Notes', draw: draw_notes},
  {key: 'details', title: 'Details', draw: draw_details, lead: 'What it takes to get the same numbers again.'},
];
const not_sections = ['title', 'subtitle', 'meaning'];

function meaning_of(report) {
  return {positive: 'positive', negative: 'negative', ...report.meaning};
}

const errors = [];

function note_error(sentence) {
  errors.push(sentence);
  document.documentElement.dataset.errors = errors.length;
  document.documentElement.dataset.firstError = errors[0];
}

function title_of(section, report) {
  return typeof section.title === 'function' ? section.title(report[section.key]) : section.title;
}

function draw_section(page, section, report) {
  const box = element('section', {id: section.key}, element('h2', {}, title_of(section, report)),
    section.lead && element('p', {class: 'lead'}, section.lead));
  page.append(box);
  try {
    section.draw(box, report[section.key], report);
  } catch (error) {
    note_error(`section '${section.key}': ${error.message}`);
    box.append(element('p', {class: 'broken'}, `This section could not be drawn: ${error.message}`));
  }
}

function empty(value) {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function draw_page(report) {
  const page = document.getElementById('page');
  page.replaceChildren();
  const present = sections.filter(section => !empty(report[section.key]));
  page.append(element('header', {}, element('h1', {}, report.title || 'lathe report'),
    report.subtitle && element('p', {class: 'subtitle'}, report.subtitle),
    element('nav', {'aria-label': 'Contents'}, ...present.filter(section => section.key !== 'headline').map(section =>
      element('a', {href: '#' + section.key}, title_of(section, report))))));
  for (const section of present) draw_section(page, section, report);
  for (const name of Object.keys(report)) {
    if (not_sections.includes(name) || sections.some(section => section.key === name)) continue;
    note_error(`section '${name}' is not known to this page`);
    page.append(element('p', {class: 'broken'}, `The data has a section '${name}' that this page does not know.`));
  }
  page.append(element('footer', {}, `Made by lathe. Plots by Chart.js ${Chart.version} (MIT licence, Chart.js Contributors).`));
}

window.addEventListener('error', event => note_error(event.message));
window.addEventListener('unhandledrejection', event => note_error(String(event.reason)));
const console_error = console.error;
console.error = (...parts) => {
  note_error(parts.join(' '));
  console_error.apply(console, parts);
};

document.documentElement.dataset.errors = 0;
apply_theme();
draw_page(JSON.parse(document.getElementById('report_data').textContent));
document.documentElement.dataset.charts = plots.length;
document.documentElement.dataset.milliseconds = Math.round(performance.now());

// Paper is light whatever the screen is; the print style sheet has the colours, the plots must be drawn again with them.
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw_all);
window.matchMedia('print').addEventListener('change', redraw_all);
if (checking) window.addEventListener('load', self_check);
