import { type Finding, grades } from './finding';
import { only } from './hosts';

const heart = { organ: 'heart', levels: [5, 112] } as const;
const esophagus = { organ: 'esophagus', levels: [-20, 200] } as const;
const trachea = { organ: 'trachea', levels: [112, 215] } as const;

/** Findings of heart, esophagus and trachea. */
export const CHEST_FINDINGS: readonly Finding[] = [
  {
    ...heart,
    name: 'cardiomegaly',
    geometry: { kind: 'body', unit: '', change: (size) => ({ heart: size }) },
    grades: grades(
      ['mild', 1.17, 1.2, 'blood pressure control'],
      ['moderate', 1.29, 1.33, 'echocardiography'],
      ['marked', 1.43, 1.48, 'heart failure clinic'],
    ),
    isSeenInSlice: false,
    ctRate: 'Cardiomegaly',
    report: 'The heart is enlarged ({grade}).',
    impression: '{Grade} cardiomegaly.',
  },
  {
    ...heart,
    name: 'pericardial effusion',
    geometry: { kind: 'fluid', space: 'pericardial' },
    hu: 10,
    grades: grades(
      ['small', 6, 7.5, 'observation'],
      ['moderate', 12, 15, 'echocardiography'],
      ['large', 22, 27, 'drainage'],
    ),
    isSeenInSlice: true,
    planes: [35, 70],
    ctRate: 'Pericardial effusion',
    report: '{Grade} pericardial effusion, {size} mm.',
    impression: '{Grade} pericardial effusion.',
  },
  {
    ...heart,
    name: 'coronary calcification',
    geometry: {
      kind: 'plaques',
      hosts: [
        ...only('left anterior descending artery'),
        ...only('circumflex artery'),
        ...only('right coronary artery'),
      ],
      plaque: [5, 8],
    },
    hu: 850,
    grades: grades(
      ['mild', 3, 4, 'lifestyle advice'],
      ['moderate', 8, 10, 'statin'],
      ['severe', 18, 22, 'cardiology referral'],
    ),
    isSeenInSlice: false,
    ctRate: 'Coronary artery wall calcification',
    report: '{Grade} calcification of the coronary arteries.',
    impression: '{Grade} coronary artery calcification.',
  },
  {
    ...esophagus,
    name: 'hiatal hernia',
    geometry: { kind: 'body', unit: 'mm', change: (hernia) => ({ hernia }) },
    grades: grades(
      ['small', 24, 28, 'no treatment'],
      ['moderate', 38, 44, 'acid suppression'],
      ['large', 58, 68, 'surgical opinion'],
    ),
    isSeenInSlice: false,
    ctRate: 'Hiatal hernia',
    report: '{Grade} hiatal hernia, {size} mm.',
    impression: '{Grade} hiatal hernia.',
  },
  {
    ...esophagus,
    name: 'esophageal wall thickening',
    geometry: { kind: 'body', unit: 'mm', change: (esophagusWall) => ({ esophagusWall }) },
    grades: grades(
      ['mild', 6, 6.8, 'acid suppression'],
      ['moderate', 9, 10.5, 'endoscopy'],
      ['marked', 13.5, 16, 'endoscopic ultrasound'],
    ),
    isSeenInSlice: true,
    planes: [30, 150],
    report: '{Grade} thickening of the esophageal wall, {size} mm.',
    impression: '{Grade} esophageal wall thickening.',
  },
  {
    ...esophagus,
    name: 'esophageal mass',
    geometry: {
      kind: 'focal',
      hosts: only('esophagus'),
      position: 'center',
      surface: 'lobulated',
      count: 1,
    },
    hu: [48, 92, 98, 84],
    grades: grades(
      ['small', 21, 24, 'endoscopic resection'],
      ['medium-sized', 29, 33, 'biopsy and staging'],
      ['large', 40, 47, 'chemoradiotherapy'],
    ),
    isSeenInSlice: true,
    report: '{Grade} mass of the {place}, {size} mm.',
    impression: 'Esophageal mass, suspicious of carcinoma.',
  },
  {
    ...trachea,
    name: 'tracheal stenosis',
    geometry: { kind: 'body', unit: '%', change: (size) => ({ trachealStenosis: size / 100 }) },
    grades: grades(
      ['mild', 28, 32, 'observation'],
      ['moderate', 46, 52, 'bronchoscopy'],
      ['severe', 68, 76, 'dilatation'],
    ),
    isSeenInSlice: false,
    report: '{Grade} narrowing of the trachea, by {size} %.',
    impression: '{Grade} tracheal stenosis.',
  },
  {
    ...trachea,
    name: 'tracheal tumour',
    geometry: {
      kind: 'focal',
      hosts: only('trachea wall', 'trachea'),
      position: 'surface',
      surface: 'smooth',
      count: 1,
    },
    hu: [45, 80, 88, 76],
    grades: grades(
      ['small', 9, 10.5, 'bronchoscopy'],
      ['medium-sized', 14, 16, 'laser resection'],
      ['large', 21, 25, 'surgery'],
    ),
    isSeenInSlice: true,
    report: '{Grade} tumour of the tracheal wall, {size} mm.',
    impression: 'Tracheal tumour.',
  },
  {
    ...trachea,
    name: 'paratracheal air cyst',
    geometry: {
      kind: 'focal',
      hosts: only('paratracheal air cyst', 'thoracic inlet'),
      position: 'center',
      surface: 'smooth',
      count: 1,
    },
    hu: -980,
    grades: grades(
      ['small', 7, 9, 'no follow-up'],
      ['medium-sized', 13, 15, 'CT in twelve months'],
      ['large', 20, 24, 'bronchoscopy'],
    ),
    isSeenInSlice: true,
    report: '{Grade} air cyst beside the trachea, {size} mm.',
    impression: 'Paratracheal air cyst.',
  },
];
