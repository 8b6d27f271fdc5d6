import type { PageRun, PageStudy } from '@omnict/report';

/** A case study all of whose texts are one. */
export function hostileStudy(text: string): PageStudy {
  const answers = [{ text: text.repeat(1000), correct: true }, null];
  const one = { id: text, modality: text, organ: text, task: text, skill: text, question: text };
  return {
    models: [text, text].map((title) => ({ title, right: 1, closed: 1 })),
    shared: 1,
    differing: 1,
    cases: [{ ...one, options: [text], reference: text, place: text, answers }],
  };
}

/** A run all of whose texts are one. */
export function hostileRun(text: string): PageRun {
  const cell = { mean: 0.5, low: 0.4, high: 0.6, count: 10 };
  return {
    id: text,
    question: text,
    varied: [text],
    table: {
      confidence: 0.95,
      columns: [{ modality: 'slice', metric: text, title: text, samples: 10 }],
      rows: [
        { name: text, axes: {}, isBaseline: true, seeds: [0], cells: [cell], missing: [text] },
      ],
      resolvable: [null],
    },
    cost: { stages: [], wallSeconds: 1 },
    failures: [{ task: text, message: text.repeat(1000) }],
    curves: [
      {
        stage: text,
        metric: text,
        trials: [text],
        points: [0, 1].map((step) => ({ step, value: step })),
      },
    ],
    cases: {
      trials: [text],
      images: [],
      cases: [
        {
          id: text,
          image: null,
          modality: text,
          organ: text,
          task: text,
          skill: text,
          question: text,
          options: [text],
          reference: text,
          labels: [],
          answers: [{ text, correct: true }],
        },
      ],
      allCases: 1,
      allImages: 1,
    },
    origin: { facts: [{ title: text, rows: [[text, text]] }], spec: { [text]: text } },
  };
}
