import { FormatError } from '@omnict/core';
import { Markup, markup } from './markup';
import type { PageStudy, PageStudyCase } from './page-input';

/** Writes the answers of several models to the same questions beside each other (Figure 7 of the paper). */
export function studySection({ models, shared, differing, cases }: PageStudy): Markup {
  const drawn = `${cases.length} drawn at random, first of those that differ, each of another image where there are enough.`;
  return markup`<p>${shared} test questions have an answer of all ${models.length} models; on ${differing} of them some are right and others wrong.</p>
    <div class="scroll" role="region" aria-label="Models of the case study" tabindex="0"><table class="plain">
      <thead><tr><th scope="col">Model</th><th scope="col">right</th><th scope="col">closed questions</th></tr></thead>
      <tbody>${models.map(
        ({ title, right, closed }) =>
          markup`<tr><th scope="row"><bdi>${title}</bdi></th><td>${right}</td><td>${closed}</td></tr>`,
      )}</tbody></table></div>
    <p class="note">Cases: ${drawn} Whether models differ: <code>omnict compare</code>, with intervals.</p>
    <div class="study">${cases.map((one) => caseMarkup(one, models))}</div>`;
}

function caseMarkup(one: PageStudyCase, models: PageStudy['models']): Markup {
  const { id, question, options, reference, answers, picture, place = 'slice' } = one;
  const kind = [one.organ, one.task, one.skill].filter((text) => text !== '').join(', ');
  return markup`<article class="studied">
    ${
      picture === undefined
        ? null
        : markup`<figure><img src="${source(picture)}" alt="CT, ${place}, with the organ of the question tinted"><figcaption class="note">${place}</figcaption></figure>`
    }
    <div><h3><bdi>${question}</bdi></h3>
      <p class="n"><bdi>${kind}</bdi></p>
      ${options.length === 0 ? null : markup`<ol type="A">${options.map((option) => markup`<li><bdi>${option}</bdi></li>`)}</ol>`}
      <p><strong>Reference: </strong><bdi>${reference}</bdi></p>
      <table class="answers"><tbody>${answers.map((answer, index) => {
        const [verdict, mark] = verdictOf(answer);
        return markup`<tr><th scope="row"><bdi>${models[index]?.title ?? ''}</bdi></th><td><bdi>${answer?.text ?? ''}</bdi></td><td class="verdict ${mark}">${verdict}</td></tr>`;
      })}</tbody></table>
      <p class="note">Record <bdi>${id}</bdi></p></div>
  </article>`;
}

/** A data URL as it stands in markup: whole, which texts of this length would not be. */
function source(url: string): Markup {
  if (/^data:image\/jpeg;base64,[A-Za-z0-9+/=]*$/.test(url)) return new Markup(url);
  throw new FormatError(
    'case study: a picture is no JPEG as a data URL; expected one; make it anew',
  );
}

function verdictOf(answer: PageStudyCase['answers'][number]): [text: string, mark: string] {
  if (answer === null) return ['no answer', ''];
  if (answer.correct === null) return ['open', ''];
  return answer.correct ? ['✓ right', 'right'] : ['✗ wrong', 'wrong'];
}
