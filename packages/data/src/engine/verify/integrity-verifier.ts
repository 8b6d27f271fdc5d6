import type { ChatClient } from '@omnict/chat';
import { formatAnswer, formatDialogue } from '@omnict/core';
import { Advisor, replySchema } from '../advisor';
import { decide, type Finding } from '../decision';
import type { ImageLibrary } from '../image/image-library';
import type { VerifyOptions } from '../options';
import { imageOf, type RecordFolder } from '../record-folder';
import type { Stage } from '../stage';
import { Contradictions } from './contradictions';
import { isOrganMeasured, organFindings } from './organ-rules';
import { textFindings } from './text-rules';

const REPLY = replySchema('verify', {
  modality_fits: { type: 'boolean' },
  organ_fits: { type: 'boolean' },
  answer_supported: { enum: ['yes', 'no', 'unclear'] },
  reason: { type: 'string' },
});

/** What the model says about image and text. */
interface Verdict {
  modality_fits: boolean;
  organ_fits: boolean;
  answer_supported: 'yes' | 'no' | 'unclear';
  reason: string;
}

/**
 * The Integrity Verifier (App. F): does the text belong to the image, in modality, plane, organ and
 * side? Rules against metadata and mask first, then a vision-language model.
 *
 * A model that does not find an organ the mask shows is overruled.
 */
export async function integrityVerifier({
  options,
  images,
  folder,
  client,
}: {
  options: VerifyOptions;
  images: ImageLibrary;
  folder: RecordFolder;
  client?: ChatClient | undefined;
}): Promise<Stage> {
  const advisor = client === undefined ? undefined : await Advisor.load(client, 'verify');
  const contradictions = new Contradictions();
  const minimumVoxels = options.minimumOrganVoxels;
  return {
    name: 'verify',
    version: 1,
    settings: { minimumVoxels, advisor: advisor?.identity },
    survey: async (records) => {
      for await (const record of records) contradictions.add(record);
    },
    decide: async (record) => {
      const { id, modality, organ } = record;
      const [path, mask] = imageOf(folder, record);
      const image = await images.examine(path, mask);
      if ('problem' in image) {
        return decide(id, [{ rule: 'unreadable', detail: image.problem, weight: 'drop' }]);
      }
      const { facts, maskProblem } = image;
      const findings = [
        ...(maskProblem === undefined ? [] : [maskFinding(maskProblem)]),
        ...textFindings(record, facts),
        ...organFindings(record, facts, { minimumVoxels }),
        ...contradictions.findings(record),
      ];
      const isDropped = findings.some(({ weight }) => weight === 'drop');
      if (advisor === undefined || isDropped) return decide(id, findings);
      const { value, reply } = await advisor.ask<Verdict>({
        values: {
          modality,
          organ,
          question: formatDialogue(record),
          answer: formatAnswer(record),
        },
        schema: REPLY,
        pictures: await images.pictures(path, facts),
      });
      if (value === undefined) return decide(id, findings, { replies: [reply] });
      const isOverruled = !value.organ_fits && isOrganMeasured(record, facts, minimumVoxels);
      return decide(id, [...findings, ...verdictFindings(value, isOverruled)], {
        by: 'model',
        replies: [reply],
        ...(isOverruled ? { disputed: true } : {}),
      });
    },
  };
}

function maskFinding(detail: string): Finding {
  return { rule: 'mask', detail, weight: 'drop' };
}

function verdictFindings(verdict: Verdict, isOverruled: boolean): Finding[] {
  const { modality_fits, organ_fits, answer_supported, reason } = verdict;
  const findings: Finding[] = [];
  const add = (fault: string, weight: Finding['weight'] = 'drop'): void => {
    findings.push({ rule: 'model', detail: `${fault}: ${reason}`, weight });
  };
  if (!modality_fits) add('modality does not fit');
  if (!organ_fits && isOverruled) add('organ does not fit (overruled: the mask shows it)', 'note');
  else if (!organ_fits) add('organ does not fit');
  if (answer_supported === 'no') add('answer is not supported');
  return findings;
}
