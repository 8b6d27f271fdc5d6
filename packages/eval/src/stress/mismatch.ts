import { ConfigError, type Random } from '@omnict/core';
import type { EvalQuestion } from '../questions/eval-question';

/**
 * Asks each question about the image of another patient, of the same modality: what a model still gets
 * right, it knows without looking (Table 14). Within a modality, images are dealt in a random circle.
 *
 * @throws ConfigError when a modality has one image or patient only
 */
export function mismatchImages(questions: readonly EvalQuestion[], random: Random): EvalQuestion[] {
  const partners = new Map<string, EvalQuestion>();
  for (const modality of new Set(questions.map((question) => question.modality))) {
    const own = questions.filter((question) => question.modality === modality);
    const byPatient = new Map(own.map((question) => [patientOf(question), question]));
    const patients = random.shuffle([...byPatient.keys()]);
    if (patients.length < 2) {
      throw new ConfigError(
        `mismatch: all questions about a ${modality} have the same image; expected at least two patients; add data or leave the condition out`,
      );
    }
    patients.forEach((patient, index) => {
      const next = patients[(index + 1) % patients.length] as string;
      partners.set(`${modality}/${patient}`, byPatient.get(next) as EvalQuestion);
    });
  }
  return questions.map((question) => {
    const { mask: ownMask, ...rest } = question;
    void ownMask; // it fits the own image only
    const partner = partners.get(`${question.modality}/${patientOf(question)}`) as EvalQuestion;
    return {
      ...rest,
      image: partner.image,
      ...(partner.mask !== undefined && { mask: partner.mask }),
    };
  });
}

function patientOf({ cluster, image, id }: EvalQuestion): string {
  return cluster ?? image ?? id;
}
