/**
 * What M3D's arrays hold: grey levels of pictures whose range was stretched to 0..1 volume by volume, no HU.
 * They are stored as intensities, and no Hounsfield window applies to them.
 */
export const M3D_VALUES = 'intensity';

/** Where an M3D file may be: as listed, or without the archive's outer folder. */
export function m3dPaths(listed: string): string[] {
  const path = listed.replace(/^\.?\//, '');
  return [path, path.replace(/^M3D_Cap(?:_npy)?\//, ''), `M3D_Cap/${path}`];
}

/** Keys of case and series from a path like `ct_quizze/000006/Axial_C__delayed.npy`. */
export function m3dKeys(path: string): { patient?: string; scan?: string } {
  const match = /(ct_case|ct_quizze)\/(\d+)\/([^/]+)/.exec(path);
  if (match === null) return {};
  const patient = `radiopaedia/${match[1]}/${match[2]}`;
  return { patient, scan: `${patient}/${match[3]?.replace(/\.npy$/, '')}` };
}
