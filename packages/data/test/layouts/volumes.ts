/** @file Small data sets of volumes in the exact layouts that are published, traps included. */
import { csv, json, put } from './files';

export function m3dCap(folder: string): void {
  const row = (n: string) => ({
    image: `M3D_Cap/ct_quizze/${n}/Axial_C__delayed.npy`,
    text: `M3D_Cap/ct_quizze/${n}/text.txt`,
  });
  const file = {
    train: [row('000006')],
    validation: [],
    test: [row('000007')],
    test1k: [row('000007')],
  };
  put(folder, 'M3D_Cap/M3D_Cap.json', json(file));
  for (const n of ['000006', '000007']) {
    put(folder, row(n).image);
    put(folder, row(n).text, `presentation: pain\nstudy_findings: Enlarged spleen ${n}.`);
  }
}

export function m3dVqa(folder: string): void {
  const header = [
    'Image Path',
    'Text',
    'Question Type',
    'Question',
    'Choice A',
    'Choice B',
    'Choice C',
    'Choice D',
    'Answer',
    'Answer Choice',
  ];
  const image = 'ct_case/000001/Axial.npy';
  put(folder, image);
  const row = (type: string, question: string, ...rest: string[]) => [
    image,
    'report',
    type,
    question,
    ...rest,
  ];
  const plane = row('1', 'Which plane is it?', 'Axial', 'Coronal', 'Sagittal', 'NA', 'Axial', 'A');
  const where = row(
    '5',
    'Where is the lesion?',
    'liver, left',
    'spleen',
    'lung',
    'bowel',
    'liver, left',
    'A',
  );
  const yesNo = row('4', 'Is there a cyst in the kidney?', 'Yes', 'No', 'NA', 'NA', 'No', 'B');
  put(folder, 'M3D_VQA_train.csv', csv([header, plane, where]));
  put(folder, 'M3D_VQA_yn_train.csv', csv([header, yesNo]));
  put(folder, 'M3D_VQA_test5k.csv', csv([header, where]));
  put(folder, 'M3D_VQA_test.csv', csv([header, where, where]));
}

export function ctRate(folder: string): void {
  const header = [
    'VolumeName',
    'ClinicalInformation_EN',
    'Technique_EN',
    'Findings_EN',
    'Impressions_EN',
  ];
  const report = (name: string, ...rest: string[]) => [
    `${name}.nii.gz`,
    'Not given.',
    'CT',
    ...rest,
  ];
  const reports = 'dataset/radiology_text_reports';
  put(
    folder,
    `${reports}/train_reports.csv`,
    csv([
      header,
      report('train_1_a_1', 'Trachea is open, lungs are "clear".', 'Normal.'),
      report('train_2_a_1', 'Head.', 'x'),
    ]),
  );
  put(
    folder,
    `${reports}/validation_reports.csv`,
    csv([header, report('valid_1_a_1', 'Not given.', 'Nodule in the lung.')]),
  );
  put(folder, 'dataset/no_chest_train.txt', 'train_2_a_1.nii.gz\n');
  const human = (value: string, type: string) => ({
    from: 'human',
    value: `<image>\n${value}`,
    type,
  });
  const row = {
    id: 'short_answer_1',
    image: 'valid_1_a_1.nii.gz',
    conversations: [
      human('Where is the nodule?<short_answer>', 'short_answer'),
      { from: 'gpt', value: 'left lower lobe' },
      human('Which is seen? (a) Effusion (b) Nodule <multiple_choice>', 'multiple_choice'),
      { from: 'gpt', value: '(b) Nodule' },
      human('What does the scan show?<long_answer>', 'conversation'),
      { from: 'gpt', value: 'A small nodule lies in the left lower lobe of the lung.' },
    ],
  };
  put(folder, 'dataset/vqa/valid_vqa.json', json([row]));
  for (const name of ['train_1/train_1_a/train_1_a_1', 'train_2/train_2_a/train_2_a_1']) {
    put(folder, `dataset/train_fixed/${name}.nii.gz`);
  }
  put(folder, 'dataset/valid_fixed/valid_1/valid_1_a/valid_1_a_1.nii.gz');
}

export function threeDRad(folder: string): void {
  const header = [
    'Task',
    'Subtask',
    'VolumeName',
    'Question',
    'Answer',
    'QuestionType',
    'AnswerChoice',
    'Choice A',
    'Choice B',
    'Choice C',
    'Choice D',
  ];
  const name = 'test_1000_a_1.nii.gz';
  const dash = ['-', '-', '-', '-', '-'];
  const write = (task: string, subtask: string, rows: string[][]): void =>
    put(
      folder,
      `3DRAD/test/${task}/${subtask}.csv`,
      csv([header, ...rows.map((row) => [task, subtask, name, ...row])]),
    );
  write('Task3_Medical_Computation', 'size', [
    ['How large is the nodule?', '7 mm', 'Open', ...dash],
  ]);
  write('Task4_Existence_Detection', 'Emphysema', [
    ['Is emphysema present?', 'Yes', 'Close', 'A', 'Yes', 'No', '-', '-'],
  ]);
  write('Task6_Longitudinal_Temporal_Diagnosis', 'b', [
    [
      'Given [0, 1], what now?',
      'new, first seen',
      'Close',
      'C',
      'gone',
      'stable, unchanged',
      'new, first seen',
      'absent',
    ],
  ]);
  put(folder, name);
}
