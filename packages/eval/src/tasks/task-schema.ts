import { type Static, Type } from '@sinclair/typebox';

const Values = Type.Array(Type.String(), { minItems: 1 });

/** Which questions a column is made of: every named field must have one of the values. */
const WhereSchema = Type.Partial(
  Type.Object({
    source: Values,
    modality: Values,
    taskType: Values,
    category: Values,
    organ: Values,
    capability: Values,
    difficulty: Values,
  }),
  { additionalProperties: false, description: 'Fields and the values they may have.' },
);

/** One column of a task: a figure of the paper's tables. */
const TaskColumnSchema = Type.Object(
  {
    key: Type.String({ pattern: '^[a-z0-9-]+$', description: 'Name in table files and results.' }),
    title: Type.String({ minLength: 1, description: 'Name as the paper prints it.' }),
    where: WhereSchema,
    metric: Type.String({ minLength: 1, description: 'Name of a metric of `omnict score`.' }),
    paperSize: Type.Optional(Type.Integer({ minimum: 1, description: 'Questions in the paper.' })),
  },
  { additionalProperties: false },
);

/** A task: which questions of a dataset are asked, and how its numbers come about. */
export const TaskSchema = Type.Object(
  {
    schema: Type.Literal('omnict/task@1'),
    name: Type.String({ pattern: '^[a-z0-9-]+$' }),
    version: Type.Integer({ minimum: 1, description: 'Raise it when figures change.' }),
    title: Type.String({ minLength: 1 }),
    dataset: Type.String({ description: 'What it is and where it comes from.' }),
    computation: Type.String({ description: "How the numbers in the paper's table come about." }),
    assumptions: Type.Optional(
      Type.Array(Type.String(), { description: 'Where the paper is silent.' }),
    ),
    columns: Type.Array(TaskColumnSchema, { minItems: 1 }),
    metrics: Type.Optional(
      Type.Array(Type.String(), { description: 'Computed over all questions beside the columns.' }),
    ),
  },
  { additionalProperties: false, $id: 'omnict/task@1' },
);

/** A task. */
export type Task = Static<typeof TaskSchema>;

/** One column of a task. */
export type TaskColumn = Static<typeof TaskColumnSchema>;

/** A table of the paper, made of columns of tasks. */
export const TableLayoutSchema = Type.Object(
  {
    schema: Type.Literal('omnict/table@1'),
    name: Type.String({ pattern: '^[a-z0-9-]+$' }),
    title: Type.String({ minLength: 1 }),
    models: Type.Union([Type.Literal('rows'), Type.Literal('columns')], {
      description: 'Whether each model is a row or a column.',
    }),
    groups: Type.Array(
      Type.Object(
        {
          title: Type.String({ description: 'Heading over the columns; may be empty.' }),
          task: Type.String(),
          columns: Type.Array(Type.String(), { minItems: 1 }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
    average: Type.String({ description: 'Heading of the mean over all columns.' }),
  },
  { additionalProperties: false, $id: 'omnict/table@1' },
);

/** Layout of a table of the paper. */
export type TableLayout = Static<typeof TableLayoutSchema>;
