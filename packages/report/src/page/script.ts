/**
 * Script of a page: browsers of cases with their viewers. It runs in the reader's browser, without a library,
 * and writes texts only as text.
 */
export const SCRIPT = `'use strict';
for (const root of document.querySelectorAll('.cases')) browse(root);

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

function createViewer(root, data) {
  const canvas = root.querySelector('canvas');
  const slider = root.querySelector('.slice');
  const overlay = root.querySelector('.overlay');
  const preset = root.querySelector('select[name=window]');
  const planes = new Map();
  let one = null;
  slider.addEventListener('input', draw);
  overlay.addEventListener('change', draw);
  preset.addEventListener('change', draw);
  canvas.addEventListener('wheel', (event) => {
    if (Number(slider.max) > 1) { event.preventDefault(); step(Math.sign(event.deltaY)); }
  }, { passive: false });
  canvas.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by !== undefined) { event.preventDefault(); step(by); }
  });
  return { show };

  function step(by) {
    slider.value = String(Number(slider.value) + by);
    draw();
  }

  async function show(next) {
    const isOther = one === null || one.image !== next.image;
    one = next;
    const image = data.images[next.image];
    root.querySelector('.viewer').hidden = image === undefined;
    if (image === undefined) return;
    if (isOther) {
      slider.max = String(image.shape[0]);
      slider.value = String(Math.ceil(image.shape[0] / 2));
      slider.closest('label').hidden = image.shape[0] === 1;
      root.querySelector('.hint').hidden = image.shape[0] === 1;
      data.presets.forEach((window, index) => { preset.options[index].disabled = !fits(window, image.window); });
      if (preset.selectedOptions[0].disabled) preset.value = '0';
    }
    if (!planes.has(next.image)) {
      const pixels = await Promise.all([grey(image, image.atlas), image.labels ? grey(image, image.labels) : null]);
      planes.set(next.image, pixels);
    }
    if (one === next) draw();
  }

  function draw() {
    const image = data.images[one.image];
    const found = planes.get(one.image);
    if (image === undefined || found === undefined) return;
    const [depth, height, width] = image.shape;
    const plane = Number(slider.value) - 1;
    const [pixels, labels] = found;
    const [low, high] = image.window;
    const { centre, width: breadth } = data.presets[Number(preset.value)];
    const [from, to] = centre === undefined ? [low, high] : [centre - breadth / 2, centre + breadth / 2];
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    const frame = context.createImageData(width, height);
    const offset = plane * height * width;
    for (let i = 0; i < height * width; i++) {
      const hounsfield = low + (pixels[offset + i] / 255) * (high - low);
      const value = Math.max(0, Math.min(255, ((hounsfield - from) / (to - from)) * 255));
      const isOrgan = overlay.checked && labels !== null && one.labels.includes(labels[offset + i]);
      const tint = isOrgan ? [255, 170, 20] : null;
      for (let channel = 0; channel < 3; channel++) {
        frame.data[4 * i + channel] = tint === null ? value : 0.55 * value + 0.45 * tint[channel];
      }
      frame.data[4 * i + 3] = 255;
    }
    context.putImageData(frame, 0, 0);
    const place = depth === 1 ? 'Slice' : 'Slice ' + (plane + 1) + ' of ' + depth;
    root.querySelector('.place').textContent = place;
    canvas.setAttribute('aria-label', place + ' of record ' + one.id + ', window ' + data.presets[Number(preset.value)].name);
  }

  function fits(window, [low, high]) {
    if (window.centre === undefined) return true;
    const from = Math.max(low, window.centre - window.width / 2);
    const to = Math.min(high, window.centre + window.width / 2);
    return to - from >= window.width / 2;
  }
}

async function grey({ shape: [depth, height, width], tile, columns }, url) {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const found = new Uint8Array(depth * height * width);
  for (let plane = 0; plane < depth; plane++) {
    const left = (plane % columns) * tile[1];
    const top = Math.floor(plane / columns) * tile[0];
    const { data } = context.getImageData(left, top, width, height);
    for (let i = 0; i < height * width; i++) found[plane * height * width + i] = data[4 * i];
  }
  return found;
}
`;
