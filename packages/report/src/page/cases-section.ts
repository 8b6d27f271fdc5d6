import { jsonIsland, type Markup, markup, visible } from './markup';
import type { PageCase, PageCases } from './page-input';

/** Windows of the field by name: centre and width in Hounsfield units; the first is what was prepared. */
const WINDOW_PRESETS = [
  { name: 'as prepared' },
  { name: 'soft tissue', centre: 40, width: 400 },
  { name: 'lung', centre: -600, width: 1500 },
  { name: 'bone', centre: 400, width: 1800 },
] as const;

/**
 * Writes the browser of cases: filters, a list, a viewer of slices. Its script fills it from the data beside it.
 *
 * @param prefix of ids, unique on the page
 */
export function casesSection(cases: PageCases, prefix: string): Markup {
  const { trials, images, allCases, allImages } = cases;
  const id = (name: string): string => `${prefix}-${name}`;
  const trialOptions = trials.map((trial, index) => option(String(index), trial));
  const note =
    images.length === 0
      ? `${cases.cases.length} of ${allCases} questions${cases.cases.length < allCases ? ', drawn at random' : ''}.`
      : `${cases.cases.length} of ${allCases} test questions: all on ${images.length} of ${allImages} images, drawn at random. Pixels are 8-bit copies of what the model was shown: to look at, not to measure in.`;
  return markup`<p class="note">${note}</p>
    <noscript><p>The browser of cases needs JavaScript; everything else on this page does not.</p></noscript>
    <div class="cases" data-cases="${id('cases-data')}" hidden>
      <div class="filters" role="group" aria-label="Filters of the cases">
        ${filter([prefix, 'organ'], 'Organ', values(cases.cases, 'organ'))}
        ${filter([prefix, 'task'], 'Task', values(cases.cases, 'task'))}
        ${filter([prefix, 'skill'], 'Skill', values(cases.cases, 'skill'))}
        ${select([prefix, 'outcome'], 'Outcome', [option('', 'any'), option('right', 'right'), option('wrong', 'wrong'), option('flipped', 'flipped between two trials')])}
        ${select([prefix, 'trial'], 'in trial', trialOptions)}
        ${select([prefix, 'against'], 'and trial', trialOptions)}
      </div>
      <p class="count" role="status"></p>
      <div class="browser">
        <ul class="list" aria-label="Test questions"></ul>
        <article class="case" aria-live="off">
          <div class="viewer">
            <div class="planes">
              <canvas class="axial" tabindex="0" role="img" aria-label="Slice"></canvas>
              <canvas class="coronal volume" tabindex="0" role="img" aria-label="Coronal"></canvas>
              <canvas class="sagittal volume" tabindex="0" role="img" aria-label="Sagittal"></canvas>
            </div>
            <div class="controls">
              <label class="wide volume"><span class="place">Slice</span><input type="range" class="slice" min="1" value="1"></label>
              ${select(
                [prefix, 'window'],
                'Window',
                WINDOW_PRESETS.map(({ name }, index) => option(String(index), name)),
              )}
              <label class="tick"><input type="checkbox" class="overlay" checked> organ of the question</label>
              <label class="tick volume"><input type="checkbox" class="cross" checked> crosshair</label>
            </div>
            <p class="note volume">Turn the wheel over a plane, or press the arrow keys in it, to go through it; click to move the crosshair. Head up, front up or left, the patient's right on the left; each plane is stretched to a square.</p>
          </div>
          <div class="text"></div>
        </article>
      </div>
    </div>
    ${jsonIsland(id('cases-data'), shown(cases))}`;
}

/** What the script reads: texts with their invisible characters shown, as everywhere on the page. */
function shown({ trials, images, cases }: PageCases): object {
  const clean = (text: string): string => visible(text.slice(0, 4000));
  return {
    trials: trials.map(clean),
    images,
    presets: WINDOW_PRESETS,
    cases: cases.map((one) => ({
      ...one,
      id: clean(one.id),
      question: clean(one.question),
      options: one.options.map(clean),
      reference: clean(one.reference),
      answers: one.answers.map((answer) => answer && { ...answer, text: clean(answer.text) }),
    })),
  };
}

function filter(
  place: readonly [string, string],
  title: string,
  found: readonly string[],
): Markup | null {
  if (found.length < 2) return null;
  return select(place, title, [option('', 'any'), ...found.map((value) => option(value, value))]);
}

/** A labelled choice; ids are unique on the page by their prefix. */
function select(
  [prefix, name]: readonly [string, string],
  title: string,
  options: readonly Markup[],
): Markup {
  const id = `${prefix}-${name}`;
  return markup`<div class="field"><label for="${id}">${title}</label><select id="${id}" name="${name}">${options}</select></div>`;
}

function option(value: string, title: string): Markup {
  return markup`<option value="${value}">${title}</option>`;
}

function values(cases: readonly PageCase[], field: 'organ' | 'task' | 'skill'): string[] {
  return [...new Set(cases.map((one) => one[field]))].filter((value) => value !== '').sort();
}
