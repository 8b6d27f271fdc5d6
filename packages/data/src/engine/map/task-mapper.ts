import type { ChatClient } from '@omnict/chat';
import {
  CLINICAL_CATEGORIES,
  formatDialogue,
  ORGAN_CLASS_LABELS,
  ORGAN_CLASSES,
  type QuestionRecord,
  TASK_TYPES,
} from '@omnict/core';
import { mapCategory } from '../../taxonomy/category-rules';
import { mapOrgan } from '../../taxonomy/organ-rules';
import { mapTaskType } from '../../taxonomy/task-type-rules';
import { Advisor, replySchema } from '../advisor';
import { decide, type Finding, type RecordChanges } from '../decision';
import type { ExaminedImage, ImageLibrary } from '../image/image-library';
import type { MapOptions } from '../options';
import { imageOf, type RecordFolder } from '../record-folder';
import type { Stage } from '../stage';

const REPLY = replySchema('map', {
  category: { enum: [...CLINICAL_CATEGORIES] },
  organ: { enum: [...ORGAN_CLASSES] },
  task_type: { enum: [...TASK_TYPES] },
  reason: { type: 'string' },
});

/** How the model sorts a question. */
interface Sorting {
  category: QuestionRecord['category'];
  organ: QuestionRecord['organ'];
  task_type: QuestionRecord['taskType'];
  reason: string;
}

type Labels = Pick<QuestionRecord, 'organ' | 'category' | 'taskType'>;

/** Name of the rule that applies when no other does. */
const DEFAULT = 'default';

/**
 * The Task Mapper (App. F): sorts questions into four clinical categories, thirteen organs and seven
 * task types. Labels that the source states are kept. For others rules decide by the text's form and
 * words; a model is asked only where they find none, and its organ only counts when the mask, if there
 * is one, has it.
 */
export async function taskMapper({
  options,
  images,
  folder,
  client,
}: {
  options: MapOptions;
  images: ImageLibrary;
  folder: RecordFolder;
  client?: ChatClient | undefined;
}): Promise<Stage> {
  const advisor = client === undefined ? undefined : await Advisor.load(client, 'map');
  return {
    name: 'map',
    version: 2,
    settings: { options, advisor: advisor?.identity },
    decide: async (record) => {
      const { id } = record;
      if (options.trustedSources.includes(record.source)) {
        return decide(id, [note('trusted', `labels of ${record.source} are kept`)]);
      }
      const { labels, open, findings } = mapByRules(record);
      if (advisor === undefined || open.length === 0) {
        return decide(id, findings, changesOf(record, labels));
      }
      const { value, reply } = await advisor.ask<Sorting>({
        values: { question: formatDialogue(record), answer: record.answer },
        schema: REPLY,
      });
      if (value === undefined) {
        return decide(id, findings, { ...changesOf(record, labels), replies: [reply] });
      }
      const image = await images.examine(...imageOf(folder, record));
      const isMissing = open.includes('organ') && lacksOrgan(image, value.organ);
      const taken = open.filter((field) => !(field === 'organ' && isMissing));
      const mapped = { ...labels, ...pick({ ...value, taskType: value.task_type }, taken) };
      const remarks = [
        ...taken.map((field) => note('model', `${field} ${mapped[field]}: ${value.reason}`)),
        ...(isMissing ? [note('organ-absent', `${value.organ} is not in the mask`)] : []),
      ];
      return decide(id, [...findings, ...remarks], {
        ...changesOf(record, mapped),
        by: 'model',
        replies: [reply],
        ...(isMissing ? { disputed: true } : {}),
      });
    },
  };
}

/** Labels by rules, and which of them no rule decided: those stay as given, as does what is stated. */
function mapByRules(record: QuestionRecord): {
  labels: Labels;
  open: (keyof Labels)[];
  findings: Finding[];
} {
  const { question, answer, options = [] } = record;
  const task = mapTaskType(record);
  const taskType = record.stated?.includes('taskType') === true ? record.taskType : task.value;
  const decisions = {
    organ: mapOrgan(question, answer, options.join(' ')),
    category: mapCategory({ question, taskType }),
    taskType: task,
  };
  const labels: Labels = { ...record };
  const open: (keyof Labels)[] = [];
  const findings: Finding[] = [];
  const settle = <Field extends keyof Labels>(
    field: Field,
    { value, rule }: { value: Labels[Field]; rule: string },
  ): void => {
    if (record.stated?.includes(field) === true) {
      findings.push(note('stated', `${field} ${record[field]} of ${record.source} is kept`));
      return;
    }
    // The form of a text always tells a task type; an organ that the source gave is better than none.
    const isOpen = rule === DEFAULT && field !== 'taskType';
    if (isOpen && !(field === 'organ' && record.organ !== 'others')) open.push(field);
    if (!isOpen) labels[field] = value;
    const kept = isOpen ? `, ${String(record[field])} kept` : '';
    findings.push(note(`${field}-words`, isOpen ? `no rule applies${kept}` : `'${rule}'`));
  };
  settle('organ', decisions.organ);
  settle('category', decisions.category);
  settle('taskType', decisions.taskType);
  return { labels, open, findings };
}

function changesOf(record: QuestionRecord, labels: Labels): { changes?: RecordChanges } {
  const changed = (['organ', 'category', 'taskType'] as const).filter(
    (field) => labels[field] !== record[field],
  );
  return changed.length === 0 ? {} : { changes: pick(labels, changed) };
}

function pick(labels: Labels, fields: readonly (keyof Labels)[]): Partial<Labels> {
  return Object.fromEntries(fields.map((field) => [field, labels[field]]));
}

function lacksOrgan(image: ExaminedImage, organ: QuestionRecord['organ']): boolean {
  if ('problem' in image || image.facts.labels === undefined) return false;
  const { labels } = image.facts;
  const wanted = ORGAN_CLASS_LABELS[organ];
  return wanted.length > 0 && !wanted.some((label) => labels[label] !== undefined);
}

function note(rule: string, detail: string): Finding {
  return { rule, detail, weight: 'note' };
}
