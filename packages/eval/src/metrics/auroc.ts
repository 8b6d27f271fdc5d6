/**
 * Area under the ROC curve: how often a positive has a higher score than a negative, ties counting half.
 * NaN without positives or negatives.
 *
 * @param labels 1 = positive @returns in [0, 1]
 * @see Mann and Whitney (1947); Fawcett (2006)
 */
export function auroc(scores: readonly number[], labels: readonly (0 | 1)[]): number {
  const order = [...scores.keys()].sort((a, b) => (scores[a] as number) - (scores[b] as number));
  let positives = 0;
  let rankSum = 0;
  for (let begin = 0; begin < order.length;) {
    let end = begin;
    while (end < order.length && scores[order[end] as number] === scores[order[begin] as number])
      end++;
    const rank = (begin + 1 + end) / 2; // ranks from 1; ties share their mean
    for (let place = begin; place < end; place++) {
      if (labels[order[place] as number] !== 1) continue;
      positives++;
      rankSum += rank;
    }
    begin = end;
  }
  const negatives = order.length - positives;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
