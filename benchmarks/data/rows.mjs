/** @file Generated rows in published layouts, streamed to disk. */
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

const QUESTIONS = [
  ['Is there a nodule in the right lung?', 'No', 'CLOSED', 'Abnormality'],
  [
    'Where is the lesion in the liver, seen from the gallbladder?',
    'left of it',
    'OPEN',
    'Position',
  ],
  ['Which plane is this image in?', 'Axial', 'OPEN', 'Plane'],
  ['How large is the spleen compared with the left kidney?', 'twice as large', 'OPEN', 'Size'],
];

const LAYOUTS = {
  slake: {
    file: 'train.json',
    head: '[\n',
    tail: '\n]\n',
    row: (i) => {
      const [question, answer, type, content] = QUESTIONS[i % QUESTIONS.length];
      const row = {
        img_id: i % 500,
        img_name: `xmlab${i % 500}/source.jpg`,
        question: `${question} (${i})`,
        answer,
        q_lang: 'en',
        location: 'Abdomen',
        modality: 'CT',
        answer_type: type,
        base_type: 'vqa',
        content_type: content,
        triple: ['vhead', '_', '_'],
        qid: i,
      };
      return (i === 0 ? '' : ',\n') + JSON.stringify(row, null, 2);
    },
    image: (i) => `imgs/xmlab${i}/source.jpg`,
  },
  '3d-rad': {
    file: 'train/Task5_Static_Temporal_Diagnosis/b.csv',
    head: 'Task,Subtask,VolumeName,Question,Answer,QuestionType,AnswerChoice,Choice A,Choice B,Choice C,Choice D\n',
    tail: '',
    row: (i) =>
      `Task5_Static_Temporal_Diagnosis,b,train_${i % 500}_a_1.nii.gz,"Given the scan, and no other, is ""emphysema"" new (${i})?","new, first seen",Close,C,gone,"stable, unchanged","new, first seen",absent\n`,
    image: (i) => `train_fixed/train_${i}/train_${i}_a/train_${i}_a_1.nii.gz`,
  },
};

/** Writes `count` rows of a source below a folder, and its images, empty. @returns the rows' file */
export async function writeRows(source, count, folder) {
  const { file, head, tail, row, image } = LAYOUTS[source];
  const put = (path, content) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  for (let i = 0; i < 500; i++) put(image(i), '');
  put(file, '');
  const stream = createWriteStream(join(folder, file));
  stream.write(head);
  let text = '';
  for (let i = 0; i < count; i++) {
    text += row(i);
    if (text.length < 2 ** 20) continue;
    if (!stream.write(text)) await once(stream, 'drain');
    text = '';
  }
  stream.end(text + tail);
  await once(stream, 'finish');
  return join(folder, file);
}
