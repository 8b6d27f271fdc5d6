import type { Modality, Random } from '@omnict/core';
import type { QuestionDraft } from './scene';

/** Chooses questions image by image so that words alone do not tell the answer. */
export class QuestionSelection {
  /** Of each wording in one modality: how often each answer was taken. */
  private readonly answers = new Map<string, Map<string, number>>();
  /** Questions taken of each skill in one modality. */
  private readonly skills = new Map<string, number>();

  /**
   * Takes up to `count` of an image's questions, the skills asked least so far first.
   *
   * A question is taken only if no other answer to the same words was taken less often: the answers to
   * any wording differ in number by at most one, whatever scenes are like.
   */
  take(
    drafts: readonly QuestionDraft[],
    { modality, count, random }: { modality: Modality; count: number; random: Random },
  ): QuestionDraft[] {
    const chosen: QuestionDraft[] = [];
    const left = random.shuffle(drafts);
    while (chosen.length < count) {
      const fair = left.filter((draft) => this.isFair(draft, modality));
      if (fair.length === 0) break;
      const asked = ({ skill }: QuestionDraft): number =>
        this.skills.get(`${modality}/${skill}`) ?? 0;
      const least = Math.min(...fair.map(asked));
      const draft = fair.find((candidate) => asked(candidate) === least) as QuestionDraft;
      chosen.push(draft);
      this.count(draft, modality);
      const same = left.filter(({ question }) => question === draft.question);
      for (const taken of same) left.splice(left.indexOf(taken), 1); // asked once an image
    }
    return chosen;
  }

  private isFair(draft: QuestionDraft, modality: Modality): boolean {
    const { answer, answers } = draft;
    if (answers === undefined) return true;
    const counts = this.answers.get(wordingOf(draft, modality));
    const taken = (value: string): number => counts?.get(value) ?? 0;
    return answers.every((other) => taken(answer) <= taken(other));
  }

  private count(draft: QuestionDraft, modality: Modality): void {
    const { skill, answer } = draft;
    const key = wordingOf(draft, modality);
    const counts = this.answers.get(key) ?? new Map<string, number>();
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
    this.answers.set(key, counts);
    this.skills.set(`${modality}/${skill}`, (this.skills.get(`${modality}/${skill}`) ?? 0) + 1);
  }
}

/** What a reader without the image knows: the words, in any order of the options. */
function wordingOf({ question, skill, options = [] }: QuestionDraft, modality: Modality): string {
  return [modality, skill, question, ...[...options].sort()].join('/');
}
