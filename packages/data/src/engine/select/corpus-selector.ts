import type { ChatClient } from '@omnict/chat';
import { Advisor, replySchema } from '../advisor';
import { decide, type Finding } from '../decision';
import type { ImageLibrary } from '../image/image-library';
import type { SelectOptions } from '../options';
import { imageOf, type RecordFolder } from '../record-folder';
import type { Stage } from '../stage';
import { selectFindings } from './select-rules';

const REPLY = replySchema('select', {
  is_ct: { type: 'boolean' },
  quality: { enum: ['good', 'usable', 'unusable'] },
  reason: { type: 'string' },
});

/** What the model says about an image. */
interface Verdict {
  is_ct: boolean;
  quality: 'good' | 'usable' | 'unusable';
  reason: string;
}

/**
 * The Corpus Selector (App. F): rules on the measured image first, which cost nothing; a
 * vision-language model looks at what they let through.
 *
 * A model that takes an image with real HU content for something else is overruled: pixels in
 * Hounsfield units with air and soft tissue are no photograph.
 */
export async function corpusSelector({
  options,
  images,
  folder,
  client,
}: {
  options: SelectOptions;
  images: ImageLibrary;
  folder: RecordFolder;
  client?: ChatClient | undefined;
}): Promise<Stage> {
  const advisor = client === undefined ? undefined : await Advisor.load(client, 'select');
  return {
    name: 'select',
    version: 1,
    settings: { options, advisor: advisor?.identity },
    decide: async (record) => {
      const { id, modality } = record;
      const [path, mask] = imageOf(folder, record);
      const image = await images.examine(path, mask);
      if ('problem' in image) {
        return decide(id, [{ rule: 'unreadable', detail: image.problem, weight: 'drop' }]);
      }
      const findings = selectFindings(record, image.facts, options);
      if (advisor === undefined || findings.length > 0) return decide(id, findings);
      const { value, reply } = await advisor.ask<Verdict>({
        values: { modality },
        schema: REPLY,
        pictures: await images.pictures(path, image.facts),
      });
      if (value === undefined) return decide(id, [], { replies: [reply] });
      const isOverruled = !value.is_ct && image.facts.hasHounsfield;
      return decide(id, verdictFindings(value, isOverruled), {
        by: 'model',
        replies: [reply],
        ...(isOverruled ? { disputed: true } : {}),
      });
    },
  };
}

function verdictFindings({ is_ct, quality, reason }: Verdict, isOverruled: boolean): Finding[] {
  const findings: Finding[] = [];
  if (!is_ct) {
    const detail = `no CT: ${reason}${isOverruled ? ' (overruled: HU content measured)' : ''}`;
    findings.push({ rule: 'model', detail, weight: isOverruled ? 'note' : 'drop' });
  }
  if (quality === 'unusable') {
    findings.push({ rule: 'model', detail: `unusable: ${reason}`, weight: 'drop' });
  }
  return findings;
}
