import { type Modality, OmnictError } from '@omnict/core';
import { RecordFile, type RecordPlace } from '@omnict/data';
import type { FeatureStore } from '@omnict/encoding';
import {
  type ModelSample,
  type OmniCT,
  planRecord,
  type PromptSequence,
  recordSequence,
  type SampleSize,
  sampleSize,
} from '@omnict/model';
import { dirname } from 'node:path';
import { Column } from './column';
import { type DatasetRecord, openableRecord, recordsPath } from './dataset';
import { PreparedMasks } from './prepared-masks';

/** What the samples of a dataset are made from. */
export interface SampleSources {
  omnict: OmniCT;
  /** Outputs of the dataset stage. */
  dataset: string;
  /** Features of the images; absent for a model without vision. */
  features: FeatureStore | undefined;
  /** Outputs of the prepare stage; absent for a model without vision. */
  prepared: string | undefined;
  log: (text: string) => void;
}

/** What samples are for. */
export interface SampleUse {
  /** With answers to learn from, or without to be asked. */
  withAnswers: boolean;
  /** Longest sequence, `train.maxLength`; the language model's own is a bound as well. */
  maxTokens: number;
}

/** Reasons that are told one by one; the rest is counted. */
const TOLD_REASONS = 3;

/** Bytes of samples kept in memory. */
const KEPT_BYTES = 2 ** 26;

/** What is known of an organ's place in a sample's image. */
const ORGAN = { unknown: 0, found: 1, missing: 2 } as const;

/** A sample, or its words until a batch needs it. */
interface KeptSample {
  record: DatasetRecord;
  sequence: PromptSequence;
  sample?: ModelSample;
}

/**
 * Samples of a data set, made when a batch needs them. In memory is what batches are planned from, some
 * 50 bytes a sample; records are read again by their places, masks and features when they are needed.
 * Samples of small data sets stay in memory, as far as they take no more than `keptBytes`.
 */
export class Samples {
  /** Records of which no sample could be made. */
  leftOut = 0;
  /** Samples with text left out to meet the length. */
  shortened = 0;
  private readonly isVolume = new Column(Uint8Array);
  private readonly images = new Column(Int32Array);
  private readonly lengths = new Column(Int32Array);
  private readonly prefixLengths = new Column(Int32Array);
  private readonly answerLengths = new Column(Int32Array);
  private readonly organs = new Column(Uint8Array);
  private readonly begins = new Column(Float64Array);
  private readonly bytes = new Column(Int32Array);
  private readonly imageKeys: string[] = [];
  private readonly imageOfKey = new Map<string, number>();
  private readonly kept = new Map<number, KeptSample>();
  private keptBytes = 0;
  private firstError: OmnictError | undefined;
  private readonly masks: PreparedMasks | undefined;
  private file: Promise<RecordFile> | undefined;

  constructor(
    private readonly sources: SampleSources,
    private readonly use: SampleUse,
    private readonly limits: { keptBytes: number } = { keptBytes: KEPT_BYTES },
  ) {
    this.masks = sources.prepared === undefined ? undefined : new PreparedMasks(sources.prepared);
  }

  get length(): number {
    return this.lengths.length;
  }

  /** Modality of each sample. */
  modalities(): Modality[] {
    return this.isVolume.toArray().map((value) => (value === 1 ? 'volume' : 'slice'));
  }

  /** Key of each sample's image. */
  imageNames(): string[] {
    return this.images.toArray().map((image) => this.imageKeys[image] as string);
  }

  /** Tokens of each sample's sequence. */
  sequenceLengths(): number[] {
    return this.lengths.toArray();
  }

  /** What a sample takes of a batch. */
  size(index: number): SampleSize {
    return {
      modality: this.isVolume.at(index) === 1 ? 'volume' : 'slice',
      length: this.lengths.at(index),
      prefixLength: this.prefixLengths.at(index),
      answerLength: this.answerLengths.at(index),
    };
  }

  /** Sizes of all samples, one after another. */
  *sizes(): Generator<SampleSize> {
    for (let index = 0; index < this.length; index++) yield this.size(index);
  }

  /** Number of a sample's image. */
  imageOf(index: number): number {
    return this.images.at(index);
  }

  /**
   * Takes up a record. One of which no sample can be made is left out.
   *
   * @returns whether a sample is made of it
   */
  add(record: DatasetRecord, place: RecordPlace): boolean {
    const sequence = this.tryMaking(record);
    if (sequence === undefined) return false;
    if (sequence.isCut) this.shortened++;
    const size = sampleSize({ modality: record.modality, sequence });
    const index = this.length;
    this.isVolume.push(record.modality === 'volume' ? 1 : 0);
    this.images.push(this.numberOfImage(record.imageKey));
    this.lengths.push(size.length);
    this.prefixLengths.push(size.prefixLength);
    this.answerLengths.push(size.answerLength);
    this.organs.push(ORGAN.unknown);
    this.begins.push(place.begin);
    this.bytes.push(place.bytes);
    this.keep(index, { record, sequence }, RECORD_BYTES + sequenceBytes(sequence));
    return true;
  }

  /** Makes a sample, or takes it from memory. */
  async at(index: number): Promise<ModelSample> {
    const kept = this.kept.get(index);
    if (kept?.sample !== undefined) return kept.sample;
    const { record, sequence } = kept ?? (await this.read(index));
    const { omnict, features } = this.sources;
    const { imageKey: name } = record;
    const image = {
      name,
      features: features && (() => features.read(name)),
      mask: await this.masks?.read(name),
    };
    const sample = planRecord(omnict, record, image, sequence);
    this.organs.set(index, sample.plan?.fallback === true ? ORGAN.missing : ORGAN.found);
    const planBytes = 8 * (sample.plan?.weights.values.length ?? 0);
    if (kept !== undefined && this.keptBytes + planBytes <= this.limits.keptBytes) {
      kept.sample = sample;
      this.keptBytes += planBytes;
    }
    return sample;
  }

  /**
   * Tells what was shortened and left out, once all records are taken up.
   *
   * @throws the first record's error when no sample at all could be made
   */
  tell(): void {
    const { leftOut, shortened, length, firstError } = this;
    if (firstError !== undefined && length === 0) throw firstError;
    if (shortened + leftOut === 0) return;
    this.sources.log(
      `of ${length + leftOut} questions ${shortened} were shortened to ${this.use.maxTokens} tokens and ${leftOut} left out`,
    );
  }

  /** Tells of how many samples made so far the organ was not in the image. */
  tellOrgans(): void {
    const { omnict, log } = this.sources;
    if (!omnict.config.model.vision || omnict.config.model.ose.strategy === 'none') return;
    const states = this.organs.toArray();
    const missing = states.filter((state) => state === ORGAN.missing).length;
    const made = states.filter((state) => state !== ORGAN.unknown).length;
    if (missing > 0) {
      log(`organ tokens: whole image in ${missing} of ${made} questions without the organ`);
    }
  }

  async close(): Promise<void> {
    await (await this.file)?.close();
    this.kept.clear();
  }

  private sequenceOf(record: DatasetRecord): PromptSequence {
    const { withAnswers, maxTokens } = this.use;
    const { answer, ...question } = record;
    const asked = withAnswers ? { ...question, answer } : question;
    return recordSequence(this.sources.omnict, asked, { maxTokens, truncate: true });
  }

  private tryMaking(record: DatasetRecord): PromptSequence | undefined {
    try {
      return this.sequenceOf(record);
    } catch (error) {
      if (!(error instanceof OmnictError)) throw error;
      this.firstError ??= error;
      if (++this.leftOut <= TOLD_REASONS) {
        this.sources.log(`${record.id}: left out: ${error.message}`);
      }
      return undefined;
    }
  }

  private numberOfImage(key: string): number {
    const known = this.imageOfKey.get(key);
    if (known !== undefined) return known;
    const number = this.imageKeys.push(key) - 1;
    this.imageOfKey.set(key, number);
    return number;
  }

  private keep(index: number, sample: KeptSample, bytes: number): void {
    if (this.keptBytes + bytes > this.limits.keptBytes) return;
    this.kept.set(index, sample);
    this.keptBytes += bytes;
  }

  private async read(index: number): Promise<KeptSample> {
    this.file ??= recordsPath(this.sources.dataset).then((path) => RecordFile.open(path));
    const file = await this.file;
    const place = { begin: this.begins.at(index), bytes: this.bytes.at(index) };
    const record = openableRecord(await file.read(place), dirname(file.path));
    return { record, sequence: this.sequenceOf(record) };
  }
}

/** What a record takes in memory, about. */
const RECORD_BYTES = 2048;

/** Numbers of JavaScript's arrays take 8 bytes. */
function sequenceBytes({ ids, visual, answers }: PromptSequence): number {
  return 8 * (ids.length + visual.length + answers.length);
}
