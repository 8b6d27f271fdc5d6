import { ConfigError } from '@omnict/core';
import { describe, expect, it } from 'vitest';
import { chooseFiles, hubRepository } from './hub-repository';
import { SOURCES } from './sources';

const PATHS = [
  'README.md',
  'dataset/metadata/no_chest_train.txt',
  'dataset/radiology_text_reports/train_reports.csv',
  'dataset/train_fixed/train_1/train_1_a/train_1_a_1.nii.gz',
  'dataset/train_fixed/train_1/train_1_a/train_1_a_2.nii.gz',
  'dataset/valid_fixed/valid_1/valid_1_a/valid_1_a_1.nii.gz',
  'dataset/vqa/train_vqa.json',
  'models/CT-CLIP_v2.pt',
];

describe('files of a repository', () => {
  it('are all tables, and so many images of those wanted', () => {
    const repository = hubRepository('ct-rate');
    expect(chooseFiles(repository, PATHS, { subset: 2 })).toEqual({
      allImages: 3,
      images: PATHS.slice(3, 5),
      others: [PATHS[1], PATHS[2], PATHS[6]],
    });
    const prefix = 'dataset/valid_fixed/';
    expect(chooseFiles(repository, PATHS, { prefix }).images).toEqual([PATHS[5]]);
  });

  it('are known of published sources only', () => {
    const known = SOURCES.filter(({ name }) => {
      try {
        return hubRepository(name).repo.includes('/');
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
        return false;
      }
    });
    expect(known.length).toBe(9);
    expect(() => hubRepository('llava-med')).toThrow(/fetch it from its publisher/);
  });
});
