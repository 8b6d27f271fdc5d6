import type {
  ClinicalCategory,
  ImagingModality,
  Modality,
  OrganClass,
  QuestionRecord,
  Split,
  StoredValues,
  TaskType,
} from '@omnict/core';
import type { RowFields } from './row-fields';

/** A published data set: where its rows stand and what a row means. */
export interface SourceAdapter {
  /** Name on the command line and in records. */
  name: string;
  title: string;
  /** Licence as Table 7 states it; the publisher's own terms rule. */
  licence: string;
  /** Where the images come from (Table 7). */
  origin: string;
  /** Files with rows, relative to the data set's folder. */
  files: readonly SourceFile[];
  /** Table 7: records of each task type in training and test. */
  expected: readonly ExpectedCount[];
  /** Reads what must be known of the whole data set before its rows, for instance its concepts. */
  prepare?: (files: readonly LocatedFile[], root: string) => Promise<unknown>;
  /** Turns a row into records. @throws RowError when the row cannot be used */
  read: (row: RowFields, context: ReadContext) => RowResult | Promise<RowResult>;
}

/** A file, or a set of files, with rows. */
export interface SourceFile {
  /** Path relative to the data set's folder; `*` and `{a,b}` as in a shell. */
  glob: string;
  /** `by-name`: train, valid or test as its name or folder says, train when it says nothing. */
  split: Split | 'by-name';
  /** Tells files of different kinds apart. */
  part?: string;
  /** Read only when the path names it: a folder has its rows in another file too. */
  onlyByName?: boolean;
}

/** A file that was found. */
export interface LocatedFile extends Omit<SourceFile, 'split'> {
  path: string;
  split: Split;
}

/** What {@link SourceAdapter.read} may look at beside the row. */
export interface ReadContext {
  file: LocatedFile;
  /** Number of the row in its file, from 1. */
  number: number;
  /** Folder that paths of images and texts are relative to. */
  images: string;
  /** What `prepare` gave. */
  prepared: unknown;
  /** Languages wanted: English only, or any. */
  language: 'en' | 'any';
}

/** Records of a row, or why it has none: that is no mistake, the row is about something else. */
export type RowResult = readonly RecordDraft[] | { skip: string };

/** Image bytes that stand in the row itself. */
export interface EmbeddedImage {
  bytes: Uint8Array;
}

/** A record as its source tells it; what it does not say is filled by the taxonomy's rules. */
export interface RecordDraft {
  /** Unique within the data set. */
  id: string;
  /** Where the image may be, best guess first, relative to the images' folder; or the image. */
  image: readonly string[] | EmbeddedImage;
  modality: Modality;
  /** What the image file's values are, where files of the source do not say it. */
  values?: StoredValues;
  imaging: ImagingModality;
  question: string;
  answer: string;
  options?: readonly string[];
  history?: QuestionRecord['history'];
  taskType?: TaskType;
  category?: ClinicalCategory;
  organ?: OrganClass;
  /** Text about the organ, looked at when question and answer name none. */
  organHint?: string;
  capability?: string;
  /** 1 easy, 2 medium, 3 hard. */
  difficulty?: 1 | 2 | 3;
  patient?: string;
  scan?: string;
  /** Where rows of one file belong to several splits. */
  split?: Split;
}

/** A row of Table 7. */
export interface ExpectedCount {
  taskType: TaskType;
  train?: number;
  test?: number;
}
