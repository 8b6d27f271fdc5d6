import { VIEWER_SCRIPT } from './viewer-script';

/**
 * Script of a page: browsers of cases with their viewers. It runs in the reader's browser, without a library,
 * and writes texts only as text.
 */
export const SCRIPT = `'use strict';
function browse(root) {
  const data = JSON.parse(document.getElementById(root.dataset.cases).textContent);
  const field = (name) => root.querySelector('select[name=' + name + ']');
  const list = root.querySelector('.list');
  const viewer = createViewer(root, data);
  let current = null;
  if (data.trials.length > 1) field('against').value = String(data.trials.length - 1);
  root.hidden = false;
  for (const select of root.querySelectorAll('.filters select')) select.addEventListener('change', refresh);
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const buttons = [...list.querySelectorAll('button')];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    if (next) { event.preventDefault(); next.focus(); next.click(); }
  });
  refresh();

  function refresh() {
    const outcome = field('outcome').value;
    field('trial').disabled = outcome === '';
    field('against').disabled = outcome !== 'flipped';
    const found = data.cases.filter(matches);
    list.replaceChildren(...found.map(entry));
    root.querySelector('.count').textContent = found.length + ' of ' + data.cases.length + ' questions';
    root.querySelector('.case').hidden = found.length === 0;
    if (found.length > 0) show(found.includes(current) ? current : found[0]);
  }

  function matches(one) {
    for (const name of ['organ', 'task', 'skill']) {
      const wanted = field(name)?.value ?? '';
      if (wanted !== '' && one[name] !== wanted) return false;
    }
    const outcome = field('outcome').value;
    const verdict = (name) => one.answers[Number(field(name).value)]?.correct ?? null;
    if (outcome === 'right') return verdict('trial') === true;
    if (outcome === 'wrong') return verdict('trial') === false;
    if (outcome !== 'flipped') return true;
    const [a, b] = [verdict('trial'), verdict('against')];
    return a !== null && b !== null && a !== b;
  }

  function entry(one) {
    const button = element('button', one.question);
    button.type = 'button';
    button.append(element('br'), element('span', [one.organ, one.task, one.skill].filter(Boolean).join(', '), 'n'));
    button.addEventListener('click', () => show(one));
    const item = element('li');
    item.append(button);
    item.one = one;
    return item;
  }

  function show(one) {
    current = one;
    for (const item of list.children) {
      item.firstChild.setAttribute('aria-current', String(item.one === one));
    }
    viewer.show(one);
    const rows = one.answers.map((answer, trial) => answerRow(data.trials[trial], answer));
    const table = element('table', undefined, 'answers');
    const body = element('tbody');
    body.append(...rows);
    table.append(body);
    const options = element('ol');
    options.type = 'A';
    options.append(...one.options.map((option) => element('li', option)));
    root.querySelector('.text').replaceChildren(
      element('h3', one.question),
      ...(one.options.length > 0 ? [options] : []),
      labelled('Reference: ', one.reference),
      table,
      element('p', 'Record ' + one.id + ', ' + one.modality, 'note'),
    );
  }
}

function answerRow(trial, answer) {
  const row = element('tr');
  const name = element('th', trial);
  name.scope = 'row';
  const [verdict, kind] = answer === null ? ['no answer', ''] :
    answer.correct === null ? ['open', ''] : answer.correct ? ['\\u2713 right', 'right'] : ['\\u2717 wrong', 'wrong'];
  row.append(name, element('td', answer === null ? '' : answer.text), element('td', verdict, 'verdict ' + kind));
  return row;
}

function labelled(label, text) {
  const paragraph = element('p');
  paragraph.append(element('strong', label), element('bdi', text));
  return paragraph;
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}
${VIEWER_SCRIPT}
for (const root of document.querySelectorAll('.cases')) browse(root);
`;
