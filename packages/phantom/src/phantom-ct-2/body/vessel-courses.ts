/** A vessel as it is drawn. */
export interface VesselCourse {
  /** TotalSegmentator's name; '' for those it does not segment. */
  label: string;
  /** Which blood: arrives at another time after the injection. */
  blood: 'arterial' | 'venous' | 'portal';
  /** Name under which findings look for it. */
  name?: string;
  /** `[x, y, z, radius]` along it, mm of an average adult. */
  points: readonly (readonly [x: number, y: number, z: number, radius: number])[];
}

/** Pulmonary arteries and veins, great veins, aorta down to the arch's end, its branches. */
export const THORACIC_VESSELS: readonly VesselCourse[] = [
  {
    label: '',
    blood: 'venous',
    points: [
      [16, -26, 96, 13],
      [10, -8, 106, 12],
      [-12, 2, 104, 10.5],
      [-38, 14, 94, 9],
    ],
  },
  {
    label: '',
    blood: 'venous',
    points: [
      [14, -14, 104, 12],
      [30, 10, 106, 10.5],
      [46, 20, 96, 9],
    ],
  },
  {
    label: 'pulmonary_vein',
    blood: 'arterial',
    points: [
      [-10, 10, 74, 7],
      [-40, 16, 70, 5.5],
    ],
  },
  {
    label: 'pulmonary_vein',
    blood: 'arterial',
    points: [
      [22, 10, 74, 7],
      [40, 16, 70, 5.5],
    ],
  },
  {
    label: 'superior_vena_cava',
    blood: 'venous',
    points: [
      [-26, -16, 166, 8],
      [-28, -12, 120, 9],
      [-27, -14, 76, 10],
    ],
  },
  {
    label: 'brachiocephalic_vein_left',
    blood: 'venous',
    points: [
      [62, -20, 212, 6],
      [28, -32, 188, 7],
      [-24, -18, 166, 7.5],
    ],
  },
  {
    label: 'brachiocephalic_vein_right',
    blood: 'venous',
    points: [
      [-58, -14, 214, 6],
      [-34, -18, 190, 7],
      [-26, -16, 166, 7.5],
    ],
  },
  {
    label: 'aorta',
    blood: 'arterial',
    name: 'thoracic aorta',
    points: [
      [8, -24, 82, 15.5],
      [-8, -26, 108, 15.5],
      [-7, -18, 138, 14],
      [4, 2, 150, 13],
      [18, 26, 142, 12.5],
      [25, 42, 122, 12],
    ],
  },
  {
    label: 'brachiocephalic_trunk',
    blood: 'arterial',
    points: [
      [-4, -6, 150, 7],
      [-16, -4, 186, 6.5],
    ],
  },
  {
    label: 'subclavian_artery_right',
    blood: 'arterial',
    points: [
      [-16, -4, 186, 5.5],
      [-40, 4, 214, 5],
      [-80, 0, 222, 4.5],
    ],
  },
  {
    label: 'common_carotid_artery_right',
    blood: 'arterial',
    points: [
      [-16, -4, 186, 4.5],
      [-24, 2, 260, 4],
    ],
  },
  {
    label: 'common_carotid_artery_left',
    blood: 'arterial',
    points: [
      [6, 6, 152, 4.5],
      [22, 4, 200, 4.2],
      [26, 2, 260, 4],
    ],
  },
  {
    label: 'subclavian_artery_left',
    blood: 'arterial',
    points: [
      [16, 22, 146, 5.5],
      [30, 22, 196, 5.2],
      [50, 8, 220, 5],
      [84, 0, 224, 4.5],
    ],
  },
];

/** Descending aorta, iliac and renal vessels, mesenteric artery, inferior vena cava, portal system. */
export const ABDOMINAL_VESSELS: readonly VesselCourse[] = [
  {
    label: 'aorta',
    blood: 'arterial',
    name: 'abdominal aorta',
    points: [
      [25, 42, 122, 12],
      [23, 46, 60, 11.5],
      [17, 46, 0, 11],
      [10, 40, -70, 10],
      [7, 33, -130, 9],
      [5, 33, -200, 8.5],
    ],
  },
  {
    label: 'iliac_artery_right',
    blood: 'arterial',
    points: [
      [5, 33, -200, 6.5],
      [-26, 36, -240, 6],
      [-46, 40, -280, 5.5],
    ],
  },
  {
    label: 'iliac_vena_right',
    blood: 'venous',
    points: [
      [-18, 38, -206, 7.5],
      [-36, 44, -244, 7],
      [-46, 48, -284, 6.5],
    ],
  },
  {
    label: '',
    blood: 'arterial',
    points: [
      [8, 36, -98, 3.5],
      [-42, 44, -108, 3],
    ],
  },
  {
    label: '',
    blood: 'venous',
    points: [
      [-18, 36, -102, 4.5],
      [-44, 42, -112, 4],
    ],
  },
  {
    label: 'iliac_artery_left',
    blood: 'arterial',
    points: [
      [5, 33, -200, 6.5],
      [34, 36, -240, 6],
      [46, 40, -280, 5.5],
    ],
  },
  {
    label: 'iliac_vena_left',
    blood: 'venous',
    points: [
      [-18, 38, -206, 7.5],
      [24, 44, -244, 7],
      [46, 48, -284, 6.5],
    ],
  },
  {
    label: '',
    blood: 'arterial',
    points: [
      [8, 36, -98, 3.5],
      [42, 44, -108, 3],
    ],
  },
  {
    label: '',
    blood: 'venous',
    points: [
      [-18, 36, -102, 4.5],
      [44, 42, -112, 4],
    ],
  },
  {
    label: '',
    blood: 'arterial',
    points: [
      [9, 34, -82, 3.6],
      [8, 18, -88, 3.4],
      [6, 8, -150, 3],
    ],
  },
  {
    label: 'inferior_vena_cava',
    blood: 'venous',
    points: [
      [-22, 8, 44, 11],
      [-24, 16, 8, 11],
      [-24, 28, -40, 11],
      [-20, 36, -120, 10.5],
      [-18, 38, -206, 9.5],
    ],
  },
  {
    label: 'portal_vein_and_splenic_vein',
    blood: 'portal',
    points: [
      [-44, -6, -42, 6],
      [-22, 2, -66, 6.5],
      [-4, 10, -84, 6.5],
      [-2, 6, -150, 5],
    ],
  },
  {
    label: 'portal_vein_and_splenic_vein',
    blood: 'portal',
    points: [
      [-4, 10, -84, 5],
      [34, 18, -74, 4.5],
      [72, 34, -52, 4],
    ],
  },
];
