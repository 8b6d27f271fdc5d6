/**
 * @file `npm run bench -- serve [REQUESTS [REPORT.html]]`: how fast `omnict serve omnict-tiny` answers, one client
 * and eight at once, and when a report page is first painted in Debian's Chromium. Wall time and, since a machine may
 * be shared, processor time of the server.
 */
/* global Blob, fetch, FormData, TextDecoderStream */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'packages/cli/dist/main.js');
const CLIENTS = 8;
/** Clock ticks of /proc a second on Linux. */
const TICKS = 100;

const [requests = '40', report] = process.argv.slice(2);
const count = Number(requests);

const server = spawn(process.execPath, [MAIN, 'serve', 'omnict-tiny', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const address = await new Promise((resolve) => {
  let said = '';
  server.stdout.on('data', (chunk) => {
    said += chunk;
    const [, found] = /page {8}(\S+)\n/.exec(said) ?? [];
    if (found !== undefined) resolve(found);
  });
});

/** Seconds of processors that the server has used. */
function processorSeconds() {
  try {
    const [user, system] = readFileSync(`/proc/${server.pid}/stat`, 'utf8')
      .split(') ')[1]
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) / TICKS;
  } catch {
    return NaN; // no Linux
  }
}

/** Asks one question as a stream. @returns seconds until the first piece of the answer, and until its end */
async function ask(file) {
  const started = performance.now();
  const response = await fetch(`${address}v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'omnict-tiny',
      stream: true,
      messages: [
        {
          role: 'user',
          content: [
            ...(file === undefined ? [] : [{ type: 'image_url', image_url: { url: file } }]),
            { type: 'text', text: 'Is there a lesion in the liver?' },
          ],
        },
      ],
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  let first;
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (first === undefined && /"content":"[^"]/.test(text)) first = performance.now();
  }
  if (first === undefined) throw new Error(`no answer: ${text}`);
  return { first: (first - started) / 1000, whole: (performance.now() - started) / 1000 };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Asks from several clients at once, each one question after another. */
async function load(clients, file) {
  const began = { wall: performance.now(), processor: processorSeconds() };
  const answers = [];
  const client = async () => {
    while (answers.length < count) {
      const place = answers.push(undefined) - 1;
      answers[place] = await ask(file);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const wall = (performance.now() - began.wall) / 1000;
  return {
    'requests a second': Number((count / wall).toFixed(1)),
    'first token, ms': Math.round(1000 * median(answers.map(({ first }) => first))),
    'whole answer, ms': Math.round(1000 * median(answers.map(({ whole }) => whole))),
    'slowest, ms': Math.round(1000 * Math.max(...answers.map(({ whole }) => whole))),
    'processor ms a request': Math.round((1000 * (processorSeconds() - began.processor)) / count),
  };
}

try {
  const firstOfAll = await ask();
  // One CT, sent once: its features are kept, so that later answers are those of a dialogue about it.
  const { writeNifti } = createRequire(join(ROOT, 'packages/cli/package.json'))('@omnict/io');
  const folder = join(ROOT, 'node_modules/.cache/omnict-serve-bench');
  mkdirSync(folder, { recursive: true });
  const shape = [64, 256, 256];
  const path = join(folder, 'ct.nii.gz');
  await writeNifti(path, {
    data: Int16Array.from({ length: 64 * 256 * 256 }, (_, i) => ((i * 7919) % 1300) - 900),
    shape,
    spacing: [5, 1.5, 1.5],
    origin: [0, 0, 0],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
    unit: 'HU',
  });
  const form = new FormData();
  form.set('purpose', 'vision');
  form.set('file', new Blob([readFileSync(path)]), 'ct.nii.gz');
  const sent = await fetch(`${address}v1/files`, { method: 'POST', body: form });
  const { id } = await sent.json();
  const firstImage = await ask(id);
  console.log(`omnict serve omnict-tiny, ${count} requests each`);
  console.log(`first answer of all, the model being loaded: ${firstOfAll.whole.toFixed(1)} s`);
  console.log(`first answer about a CT of ${shape.join(' x ')}: ${firstImage.whole.toFixed(1)} s`);
  console.table({
    'no image, one client': await load(1),
    [`no image, ${CLIENTS} clients`]: await load(CLIENTS),
    'the same CT, one client': await load(1, id),
    [`the same CT, ${CLIENTS} clients`]: await load(CLIENTS, id),
  });
  if (report !== undefined) await paint(report);
} finally {
  server.kill('SIGINT');
}

/** Opens a report page and tells when its first content was painted. */
async function paint(file) {
  const { chromium } = createRequire(join(ROOT, 'packages/cli/package.json'))('playwright-core');
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const times = [];
  for (let round = 0; round < 5; round++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(pathToFileURL(file).href);
    times.push(
      await page.evaluate(() =>
        performance.getEntriesByName('first-contentful-paint').map(({ startTime }) => startTime),
      ),
    );
    await page.close();
  }
  await browser.close();
  const { size } = statSync(file);
  console.log(
    `${file}: ${(size / 1e6).toFixed(1)} MB, first contentful paint ${Math.round(median(times.flat()))} ms (median of ${times.length})`,
  );
}
