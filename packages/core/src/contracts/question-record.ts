import { type Static, Type } from '@sinclair/typebox';
import { ORGAN_CLASSES } from './organ-classes';

const literals = <const T extends readonly string[]>(values: T) =>
  Type.Union(values.map((value) => Type.Literal(value as T[number])));

/** The seven task types of MedEval-CT (Sec. 3.1). */
export const TASK_TYPES = [
  'free-form-qa',
  'multi-choice',
  'short-answer',
  'report-generation',
  'description',
  'dialogue',
  'judgment',
] as const;

/** One of the seven task types. */
export type TaskType = (typeof TASK_TYPES)[number];

/**
 * The four clinical categories, easiest first: General Imaging Recognition, Medical Abnormality
 * Identification, Advanced Imaging Interpretation, Clinical Reasoning/Decision.
 */
export const CLINICAL_CATEGORIES = ['GIR', 'MAI', 'AII', 'CRD'] as const;

/** One of the four clinical categories. */
export type ClinicalCategory = (typeof CLINICAL_CATEGORIES)[number];

/** Which part of a dataset a record belongs to. */
export const SPLITS = ['train', 'validation', 'test'] as const;

/** One of the splits. */
export type Split = (typeof SPLITS)[number];

/** How an image was acquired; the data set is about CT, sources hold the others too. */
export const IMAGING_MODALITIES = ['CT', 'MRI', 'X-ray', 'ultrasound', 'PET', 'other'] as const;

/** One of the ways an image is acquired. */
export type ImagingModality = (typeof IMAGING_MODALITIES)[number];

/**
 * What the values of an image file may be: HU, HU shifted, a window of HU spread over a range, grey, or an
 * intensity of 0 to 1 that is no HU at all.
 */
export const STORED_VALUES = [
  'hu',
  'hu+1024',
  'hu+32768',
  '0..1',
  '-1..1',
  'grey',
  'intensity',
] as const;

/** One of {@link STORED_VALUES}. */
export type StoredValues = (typeof STORED_VALUES)[number];

/** One question about one image: a line of a records file. */
export const RecordSchema = Type.Object(
  {
    id: Type.String({ minLength: 1, description: 'Unique within the file.' }),
    image: Type.String({
      minLength: 1,
      description: 'Image file or folder, absolute or relative to the records file.',
    }),
    modality: literals(['slice', 'volume'] as const),
    imaging: Type.Optional(literals(IMAGING_MODALITIES)),
    values: Type.Optional(
      Type.Union(
        STORED_VALUES.map((name) => Type.Literal(name)),
        {
          description:
            "What the image file's values are, where the source knows it; by default the file says it.",
        },
      ),
    ),
    mask: Type.Optional(
      Type.String({ minLength: 1, description: 'Label map, path as for image.' }),
    ),
    findings: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Map of abnormal tissue, path as for image; values as the source defines them.',
      }),
    ),
    organ: literals(ORGAN_CLASSES),
    organLabels: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 255 }), {
        description: 'Label values the question is about; default: those of the organ class.',
      }),
    ),
    taskType: literals(TASK_TYPES),
    category: literals(CLINICAL_CATEGORIES),
    capability: Type.Optional(
      Type.String({ description: 'What answering needs; groups the questions of a template.' }),
    ),
    history: Type.Optional(
      Type.Array(
        Type.Object(
          { question: Type.String({ minLength: 1 }), answer: Type.String({ minLength: 1 }) },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 100, description: 'Earlier turns of a dialogue, oldest first.' },
      ),
    ),
    skill: Type.Optional(
      Type.String({ description: 'Skill it tests: slice detail, z-order, extent, count, ...' }),
    ),
    mechanism: Type.Optional(
      Type.String({
        description:
          'Part of OmniCT that the question cannot be answered without: composition, position, localization, ...',
      }),
    ),
    difficulty: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3, description: '1 easy, 2 medium, 3 hard.' }),
    ),
    finding: Type.Optional(Type.String({ description: 'Finding the question is about.' })),
    prior: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Earlier image of the patient, path as for image.',
      }),
    ),
    question: Type.String({ minLength: 1 }),
    options: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), { minItems: 2, maxItems: 26 }),
    ),
    answers: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 2,
        maxItems: 26,
        description:
          'Answers that a short-answer question can have, where they are few: it counts as closed. The model does not read them.',
      }),
    ),
    answer: Type.String({ minLength: 1, description: 'For multi-choice: the text of an option.' }),
    source: Type.String({ minLength: 1, description: 'Dataset the question comes from.' }),
    patient: Type.Optional(
      Type.String({
        description: 'Opaque key of the patient or phantom, for clustered statistics.',
      }),
    ),
    scan: Type.Optional(
      Type.String({
        description:
          'Opaque key of the examination: reconstructions and slices of it share the key.',
      }),
    ),
    split: literals(SPLITS),
    stated: Type.Optional(
      Type.Array(literals(['organ', 'category', 'taskType'] as const), {
        description: 'Labels that the source states itself; the Task Mapper keeps them.',
      }),
    ),
    curation: Type.Optional(
      Type.Record(Type.String(), literals(['rules', 'model', 'auditor'] as const), {
        description: 'Who decided in each stage of the Data Orchestration Engine.',
      }),
    ),
  },
  { additionalProperties: false, description: 'One question about one CT image.' },
);

/** One question about one image. */
export type QuestionRecord = Static<typeof RecordSchema>;
