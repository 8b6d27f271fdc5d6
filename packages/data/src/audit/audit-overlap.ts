import { HammingIndex } from '../dedup/hamming-index';
import { hashImages, type HashOptions, type UnreadImage } from '../dedup/image-hashes';
import { DEFAULT_HASH_RADIUS, nearPairs } from '../dedup/near-pairs';
import type { PerceptualHash } from '../dedup/perceptual-hash';
import type { QuestionRecord, Split } from '@omnict/core';
import { Groups } from '../split/groups';
import { OverlapTable, type Overlap } from './overlap-table';
import { textSignature } from './text-signature';

/** What two splits may share. */
export const OVERLAP_KINDS = ['image', 'picture', 'scan', 'patient', 'text'] as const;

/** One of the kinds. */
export type OverlapKind = (typeof OVERLAP_KINDS)[number];

/** How an audit looks. */
export interface AuditOptions {
  /** Compare pictures by perceptual hash; left out, only names are compared. */
  pictures?: HashOptions & { radius?: number };
}

/** What an audit found. */
export interface AuditReport {
  records: number;
  splits: Record<Split, number>;
  overlaps: Record<OverlapKind, Overlap>;
  /** Ids of records to leave out, so that nothing overlaps: train before validation before test. */
  affected: Set<string>;
  unread: UnreadImage[];
}

/** Bits by which SimHashes of the same text may differ (Manku et al. take 3 of 64). */
const TEXT_RADIUS = 3;

/**
 * Looks for what training and test share, within and across data sets: the same image file, pictures
 * that look the same, scans, patients, and long texts that read the same (App. F). Keys of patients
 * are compared and never reported.
 */
export async function auditOverlap(
  records: AsyncIterable<QuestionRecord> | Iterable<QuestionRecord>,
  { pictures }: AuditOptions = {},
): Promise<AuditReport> {
  const table = (): OverlapTable => new OverlapTable();
  const tables = {
    image: table(),
    picture: table(),
    scan: table(),
    patient: table(),
    text: table(),
  };
  const splits = { train: 0, validation: 0, test: 0 };
  const modalities = new Map<string, QuestionRecord['modality']>();
  const ownersOfImage = new Map<string, Owner[]>();
  const texts: { hash: PerceptualHash; record: Owner }[] = [];
  let count = 0;
  for await (const record of records) {
    count++;
    splits[record.split]++;
    tables.image.add(record.image, record);
    if (record.scan !== undefined) tables.scan.add(record.scan, record);
    if (record.patient !== undefined) tables.patient.add(record.patient, record);
    const hash = textSignature(record.answer);
    if (hash !== null) texts.push({ hash, record: ownerOf(record) });
    if (pictures !== undefined) {
      modalities.set(record.image, record.modality);
      push(ownersOfImage, record.image, ownerOf(record));
    }
  }
  addTexts(tables.text, texts);
  let unread: UnreadImage[] = [];
  if (pictures !== undefined) {
    const hashes = await hashImages(modalities, pictures);
    unread = hashes.unread;
    const groups = new Groups(hashes.hashed.length);
    const pairs = nearPairs(hashes.hashed, pictures.radius ?? DEFAULT_HASH_RADIUS);
    for (const [a, b] of pairs) groups.join(a, b);
    hashes.hashed.forEach(({ image }, index) => {
      const key = String(groups.find(index));
      for (const owner of ownersOfImage.get(image) ?? []) tables.picture.add(key, owner);
    });
  }
  const affected = new Set<string>();
  const overlap = (kind: OverlapKind): Overlap => tables[kind].overlap(affected);
  return {
    records: count,
    splits,
    overlaps: {
      image: overlap('image'),
      picture: overlap('picture'),
      scan: overlap('scan'),
      patient: overlap('patient'),
      text: overlap('text'),
    },
    affected,
    unread,
  };
}

type Owner = Pick<QuestionRecord, 'id' | 'split' | 'source'>;

function ownerOf({ id, split, source }: QuestionRecord): Owner {
  return { id, split, source };
}

function addTexts(
  table: OverlapTable,
  texts: readonly { hash: PerceptualHash; record: Owner }[],
): void {
  const index = new HammingIndex(texts.map(({ hash }) => hash));
  const groups = new Groups(texts.length);
  index.forEachPair(TEXT_RADIUS, (a, b) => groups.join(a, b));
  texts.forEach(({ record }, at) => table.add(String(groups.find(at)), record));
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
