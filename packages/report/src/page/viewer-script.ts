/**
 * Part of the page's script: the viewer of an image in three planes. Arrays are `[D, H, W]`: feet to head, front
 * to back, the patient's right to left; so the head is up, the front up or left, the right on the left.
 */
export const VIEWER_SCRIPT = `
// Each plane: the axis that one goes along, and the axes of its rows and columns; 0 is depth.
const PLANES = [
  { name: 'axial', title: 'Slice', along: 0, rows: 1, columns: 2, isFlipped: false },
  { name: 'coronal', title: 'Coronal', along: 1, rows: 0, columns: 2, isFlipped: true },
  { name: 'sagittal', title: 'Sagittal', along: 2, rows: 0, columns: 1, isFlipped: true },
];

function createViewer(root, data) {
  const slider = root.querySelector('.slice');
  const overlay = root.querySelector('.overlay');
  const cross = root.querySelector('.cross');
  const preset = root.querySelector('select[name=window]');
  const canvases = PLANES.map(({ name }) => root.querySelector('canvas.' + name));
  const loaded = new Map();
  let one = null;
  let point = [0, 0, 0];
  slider.addEventListener('input', () => moveTo(0, Number(slider.value) - 1));
  overlay.addEventListener('change', draw);
  cross.addEventListener('change', draw);
  preset.addEventListener('change', draw);
  PLANES.forEach((plane, index) => listen(canvases[index], plane));
  return { show };

  function listen(canvas, plane) {
    canvas.addEventListener('wheel', (event) => {
      if (shape()[plane.along] > 1) { event.preventDefault(); step(plane, Math.sign(event.deltaY)); }
    }, { passive: false });
    canvas.addEventListener('keydown', (event) => {
      const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (by !== undefined) { event.preventDefault(); step(plane, by); }
    });
    canvas.addEventListener('pointerdown', (event) => { canvas.setPointerCapture(event.pointerId); aim(event); });
    canvas.addEventListener('pointermove', (event) => { if (event.buttons === 1) aim(event); });
    function aim({ offsetX, offsetY }) {
      if (shape()[0] === 1) return;
      const at = (share, axis) => Math.max(0, Math.min(shape()[axis] - 1, Math.floor(share * shape()[axis])));
      const row = at(offsetY / canvas.clientHeight, plane.rows);
      point[plane.rows] = plane.isFlipped ? shape()[plane.rows] - 1 - row : row;
      point[plane.columns] = at(offsetX / canvas.clientWidth, plane.columns);
      draw();
    }
  }

  function shape() { return data.images[one.image].shape; }

  function step({ along }, by) { moveTo(along, point[along] + by); }

  function moveTo(axis, index) {
    point[axis] = Math.max(0, Math.min(shape()[axis] - 1, index));
    draw();
  }

  async function show(next) {
    const isOther = one === null || one.image !== next.image;
    one = next;
    const image = data.images[next.image];
    root.querySelector('.viewer').hidden = image === undefined;
    if (image === undefined) return;
    const isVolume = image.shape[0] > 1;
    if (isOther) {
      slider.max = String(image.shape[0]);
      for (const part of root.querySelectorAll('.volume')) part.hidden = !isVolume;
      data.presets.forEach((window, index) => { preset.options[index].disabled = !fits(window, image.window); });
      if (preset.selectedOptions[0].disabled) preset.value = '0';
    }
    if (!loaded.has(next.image)) {
      const pixels = await Promise.all([grey(image, image.atlas), image.labels ? grey(image, image.labels) : null]);
      loaded.set(next.image, pixels);
    }
    if (one !== next) return;
    point = centre(image, loaded.get(next.image)[1], next.labels);
    draw();
  }

  // Where the organ of the question is; the middle without one.
  function centre({ shape: [depth, height, width] }, labels, wanted) {
    const sums = [0, 0, 0];
    let count = 0;
    for (let i = 0; labels !== null && i < labels.length; i++) {
      if (!wanted.includes(labels[i])) continue;
      sums[0] += Math.floor(i / (height * width));
      sums[1] += Math.floor(i / width) % height;
      sums[2] += i % width;
      count++;
    }
    return count === 0 ? [depth, height, width].map((size) => Math.ceil(size / 2) - 1) : sums.map((sum) => Math.round(sum / count));
  }

  function draw() {
    const image = data.images[one.image];
    const found = loaded.get(one.image);
    if (image === undefined || found === undefined) return;
    slider.value = String(point[0] + 1);
    PLANES.forEach((plane, index) => {
      if (index === 0 || image.shape[0] > 1) drawPlane(canvases[index], plane, image, found);
    });
    root.querySelector('.place').textContent = placeOf(PLANES[0], image);
  }

  function placeOf({ title, along }, image) {
    return image.shape[0] === 1 ? title : title + ' ' + (point[along] + 1) + ' of ' + image.shape[along];
  }

  function drawPlane(canvas, plane, image, [pixels, labels]) {
    const { along, rows, columns, isFlipped } = plane;
    const strides = [image.shape[1] * image.shape[2], image.shape[2], 1];
    const [height, width] = [image.shape[rows], image.shape[columns]];
    const [low, high] = image.window;
    const { centre: middle, width: breadth, name } = data.presets[Number(preset.value)];
    const [from, to] = middle === undefined ? [low, high] : [middle - breadth / 2, middle + breadth / 2];
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    const frame = context.createImageData(width, height);
    for (let y = 0; y < height; y++) {
      const row = isFlipped ? height - 1 - y : y;
      for (let x = 0; x < width; x++) {
        const at = point[along] * strides[along] + row * strides[rows] + x * strides[columns];
        const hounsfield = low + (pixels[at] / 255) * (high - low);
        const value = Math.max(0, Math.min(255, ((hounsfield - from) / (to - from)) * 255));
        const isOrgan = overlay.checked && labels !== null && one.labels.includes(labels[at]);
        const tint = isOrgan ? [255, 170, 20] : isOnCross(plane, image, row, x) ? [90, 190, 255] : null;
        const i = 4 * (y * width + x);
        for (let channel = 0; channel < 3; channel++) {
          frame.data[i + channel] = tint === null ? value : 0.55 * value + 0.45 * tint[channel];
        }
        frame.data[i + 3] = 255;
      }
    }
    context.putImageData(frame, 0, 0);
    const place = placeOf(plane, image);
    canvas.setAttribute('aria-label', place + ' of record ' + one.id + ', window ' + name);
  }

  // Two lines that cross where all planes meet, open in the middle, so that they hide nothing of it.
  function isOnCross({ rows, columns }, image, row, column) {
    if (!cross.checked || image.shape[0] === 1) return false;
    const [dy, dx] = [Math.abs(row - point[rows]), Math.abs(column - point[columns])];
    return (dx === 0 && dy > image.shape[rows] / 16) || (dy === 0 && dx > image.shape[columns] / 16);
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
