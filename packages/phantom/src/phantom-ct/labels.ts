/** TotalSegmentator v2 label values of the structures PhantomCT draws. */
export const LABEL = {
  spleen: 1,
  kidneyRight: 2,
  kidneyLeft: 3,
  gallbladder: 4,
  liver: 5,
  stomach: 6,
  pancreas: 7,
  adrenalRight: 8,
  adrenalLeft: 9,
  lungUpperLeft: 10,
  lungLowerLeft: 11,
  lungUpperRight: 12,
  lungMiddleRight: 13,
  lungLowerRight: 14,
  esophagus: 15,
  trachea: 16,
  smallBowel: 18,
  colon: 20,
  heart: 51,
  aorta: 52,
  inferiorVenaCava: 63,
  sternum: 116,
} as const;

/** Vertebrae from L5 (27) upwards to T1 (43). */
export const VERTEBRA_L5 = 27;

/** First left rib; the right ones follow twelve later. */
export const RIB_LEFT_1 = 92;
