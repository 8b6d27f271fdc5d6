import type { OrganClass } from '@omnict/core';
import type { PlacedFinding } from '../findings/finding-instance';

/** What a report says of an organ without findings; one of them is drawn. */
export const NORMAL: Readonly<Record<OrganClass, readonly string[]>> = {
  lungs: ['The lungs are clear.', 'No focal lung lesion and no effusion.'],
  heart: ['The heart is of normal size.', 'Heart and pericardium are unremarkable.'],
  liver: ['The liver is unremarkable.', 'No focal liver lesion.'],
  spleen: ['The spleen is normal.', 'Spleen of normal size, without lesion.'],
  kidneys: ['Both kidneys are normal.', 'No stone and no mass of the kidneys.'],
  pancreas: ['The pancreas is unremarkable.', 'Normal pancreas.'],
  stomach: ['The stomach is unremarkable.', 'No thickening of the gastric wall.'],
  bowel: ['Bowel loops are of normal width.', 'No abnormality of the bowel.'],
  esophagus: ['The esophagus is normal.', 'No thickening of the esophagus.'],
  trachea: ['The trachea is open.', 'Normal trachea.'],
  vessels: ['The aorta is of normal width.', 'No abnormality of the great vessels.'],
  spine: ['No fracture of the spine.', 'Vertebral bodies are intact.'],
  others: ['No free fluid and no enlarged lymph nodes.', 'Nothing else of note.'],
};

/** Words for small counts. */
export const COUNT_WORDS = ['no', 'one', 'two', 'three'] as const;

/** Fills the slots of a catalogue's phrase. */
export function fillPhrase(template: string, placed: PlacedFinding): string {
  const { grade, side, size } = placed;
  const count = Math.max(1, placed.sites.length);
  const values: Readonly<Record<string, string>> = {
    grade: grade.name,
    Grade: capital(grade.name),
    name: placed.finding.name,
    size: String(Math.round(size)),
    side,
    Side: capital(side),
    place: placeOf(placed),
    count: COUNT_WORDS[count] ?? 'several',
    Count: capital(COUNT_WORDS[count] ?? 'several'),
    s: count === 1 ? '' : 's',
    is: count === 1 ? 'is' : 'es',
  };
  return template.replace(/\{(\w+)\}/g, (_, slot: string) => values[slot] ?? '');
}

/** Where a finding lies, in words. */
export function placeOf({ sites, lobe, side, finding, random }: PlacedFinding): string {
  if (sites.length > 0) {
    const places = [...new Set(sites.map(({ host }) => host.place))];
    return places.join(' and ');
  }
  const { geometry } = finding;
  if (geometry.kind === 'lung' && geometry.pattern === 'patch') return lobe.place;
  if (geometry.kind === 'body' && finding.name === 'vertebral fracture') {
    const { fracture } = geometry.change(0, random.fork('change'));
    return fracture?.vertebra ?? 'a vertebra';
  }
  return `${side} side`;
}

/** With a capital first letter. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
