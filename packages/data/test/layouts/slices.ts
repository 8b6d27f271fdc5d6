/** @file Small data sets of slices in the exact layouts that are published, traps included. */
import { parquetWriteFile } from 'hyparquet-writer';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { csv, json, PNG, put, talk } from './files';

export function rocov2(folder: string): void {
  const id = (n: number) => `ROCOv2_2023_train_00000${n}`;
  const captions = ['Axial view of the liver, with a cyst', 'CT of the chest', 'MRI of the brain'];
  put(
    folder,
    'train_captions.csv',
    csv([['ID', 'Caption'], ...captions.map((text, i) => [id(i), text])]),
  );
  put(
    folder,
    'train_concepts.csv',
    csv([
      ['ID', 'CUIs'],
      [id(0), 'C0040405;C0023884'],
      [id(2), 'C0024485'],
    ]),
  );
  for (const n of [0, 1, 2]) put(folder, `train/${id(n)}.jpg`);
}

export function pubmedVision(folder: string): void {
  const row = (id: string, modality: string, images = ['images/pmc_1_0.jpg']) => ({
    image: images,
    id,
    modality,
    body_part: 'Liver',
    conversations: talk('What do you see?', 'A mass of 3 cm.'),
  });
  const rows = [
    row('Alignment_VQA_0', 'Computed Tomography'),
    row('Alignment_VQA_1', 'Magnetic Resonance Imaging'),
    row('Alignment_VQA_2', 'Computed Tomography', ['images/pmc_1_0.jpg', 'images/pmc_1_1.jpg']),
  ];
  put(folder, 'PubMedVision_Alignment_VQA.json', json(rows));
  put(
    folder,
    'PubMedVision_InstructionTuning_VQA.json',
    json([row('InstructionTuning_VQA_0', 'Computed Tomography')]),
  );
  put(folder, 'images/pmc_1_0.jpg');
}

export function radfigVqa(folder: string): void {
  const text =
    'Which organ has the lesion on CT? A. liver B. spleen C. left kidney D. lung E. stomach F. pancreas';
  const message = {
    messages: [{ content: [{ text }, { image: 'fig1.png' }] }, { content: [{ text: 'C' }] }],
  };
  put(folder, 'train.jsonl', `${JSON.stringify(message)}\n`);
  const table = {
    id: 'r2',
    image: 'fig1.png',
    question: 'What is it on this CT?',
    options: ['cyst', 'mass'],
    answer: 'B. mass',
    difficulty: 'Hard',
  };
  put(folder, 'test.json', json([table]));
  put(folder, 'fig1.png');
}

export function omniMedVqa(folder: string): void {
  const row = {
    dataset: 'Chest CT Scan',
    question_id: 'Chest CT Scan_0000',
    question_type: 'Disease Diagnosis',
    question: 'What disease is shown?',
    gt_answer: 'adenocarcinoma',
    image_path: 'Images/Chest CT Scan/test/1.png',
    option_A: 'normal',
    option_B: 'adenocarcinoma',
  };
  const rows = [
    { ...row, modality_type: 'CT(Computed Tomography)' },
    {
      ...row,
      question_id: 'Chest CT Scan_0001',
      modality: 'CT(Computed Tomography)',
      option_C: 'large cell carcinoma',
    },
  ];
  put(folder, 'OmniMedVQA/QA_information/Open-access/Chest CT Scan.json', json(rows));
  put(folder, 'OmniMedVQA/Images/Chest CT Scan/test/1.png');
}

export function llavaMed(folder: string): void {
  const row = (id: string, flag: string, key = 'conversations') => ({
    id,
    image: `${id}.jpg`,
    domain: {
      chest_xray: false,
      mri: false,
      histology: false,
      gross: false,
      ct_scan: false,
      [flag]: true,
    },
    [key]: talk(
      'What organ is it?\n<image>',
      'The liver.',
      'Is there a mass?',
      'Yes, a mass of 2 cm.',
    ),
  });
  const rows = [row('1', 'ct_scan'), row('2', 'ct_scan', 'conversatons'), row('3', 'mri')];
  put(folder, 'data/instruct/llava_med_instruct_60k.json', json(rows));
  for (const { image } of rows) put(folder, `images/${image}`);
}

export function medpixClinqa(folder: string): void {
  mkdirSync(join(folder, 'data'), { recursive: true });
  parquetWriteFile({
    filename: join(folder, 'data', 'train-00000-of-00007.parquet'),
    columnData: [
      {
        name: 'image_id',
        data: [
          { bytes: PNG, path: 'a.png' },
          { bytes: PNG, path: 'b.png' },
        ],
      },
      { name: 'mode', data: ['CT', 'MR'] },
      { name: 'case_id', data: ['MPX1', 'MPX2'] },
      { name: 'question', data: ['What is seen in the kidney?', 'What is it?'] },
      { name: 'answer', data: ['a renal cyst', 'a tumour'] },
    ],
    schema: [
      { name: 'root', num_children: 5 },
      { name: 'image_id', num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      ...['mode', 'case_id', 'question', 'answer'].map((name) => ({
        name,
        type: 'BYTE_ARRAY' as const,
        converted_type: 'UTF8' as const,
        repetition_type: 'OPTIONAL' as const,
      })),
    ],
  });
}

export function vqaRad(folder: string): void {
  const row = (qid: number, image: string, rest: object) => ({
    qid,
    image_name: image,
    image_organ: 'ABD',
    answer: 'Yes',
    answer_type: 'CLOSED',
    question_type: 'PRES',
    question: 'Is the liver enlarged?',
    phrase_type: 'freeform',
    ...rest,
  });
  const train = [
    row(1, 'synpic1.jpg', {}),
    row(2, 'synpic1.jpg', {
      answer: 3,
      answer_type: 'CLOSED ',
      question: 'How many kidneys are seen?',
      question_type: 'COUNT',
    }),
    row(3, 'synpic2.jpg', { image_organ: 'CHEST' }),
    row(4, 'synpic3.jpg', {
      image_organ: 'HEAD',
      question_type: 'MODALITY',
      question: 'What modality is it?',
      answer: 'CT',
      answer_type: 'OPEN',
    }),
  ];
  put(folder, 'trainset.json', json(train));
  put(folder, 'testset.json', json([row(5, 'synpic1.jpg', { answer: 'no ' })]));
  for (const n of [1, 2, 3]) put(folder, `images/synpic${n}.jpg`);
}

export function slake(folder: string): void {
  const row = (qid: number, rest: object) => ({
    img_id: 102,
    img_name: 'xmlab102/source.jpg',
    question: 'What modality is used to take this image?',
    answer: 'CT',
    q_lang: 'en',
    location: 'Lung',
    modality: 'CT',
    answer_type: 'OPEN',
    base_type: 'vqa',
    content_type: 'Modality',
    triple: ['vhead', '_', '_'],
    qid,
    ...rest,
  });
  const rows = [
    row(11934, {}),
    row(11935, { q_lang: 'zh' }),
    row(11936, { modality: 'MRI', location: 'Brain' }),
    row(11937, {
      question: 'Is the lung healthy?',
      answer: 'No',
      answer_type: 'CLOSED',
      content_type: 'Abnormality',
    }),
  ];
  put(folder, 'test.json', json(rows));
  put(folder, 'imgs/xmlab102/source.jpg');
}

export function medevalCt(folder: string): void {
  const row = (d: string, question: string, answer: string) => ({
    messages: [
      {
        role: 'user',
        content: `<|image${d}_start|><|image${d}|><|image${d}_end|>\n<|organ_start|><|mask${d}|><|organ_end|>\n${question}`,
      },
      { role: 'assistant', content: answer },
    ],
    image: 'a.png',
  });
  const rows = [
    row('3d', 'Which lobe? Choices: A. upper lobe B. lower lobe', 'B. lower lobe'),
    row('2d', 'Is the spleen enlarged?', 'no'),
  ];
  put(folder, 'train.json', json(rows));
  put(folder, 'a.png');
}
