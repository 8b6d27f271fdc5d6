import { encoderNames, tokenBudget, type VisualLayout } from '@omnict/model';
import { TERMINAL_WIDTH, trialTitle, wrapWords } from '@omnict/report';
import type { Trial } from '@omnict/runner';

/** Visual tokens of trials with one encoder, image size and token settings. */
export interface TrialTokens {
  trials: string[];
  encoder: string;
  /** Absent when the encoder is not known on this machine; `remark` says why. */
  budget?: Readonly<Record<'slice' | 'volume', VisualLayout>>;
  remark?: string;
}

/** Token budgets of a sweep's trials; equal ones together. Trials without images have none. */
export async function tokensOfTrials(trials: readonly Trial[]): Promise<TrialTokens[]> {
  const known = new Map<string, TrialTokens>();
  for (const { name, config } of trials) {
    if (!config.model.vision) continue;
    const encoder = encoderNames(config).join(' and ');
    const tokens = await tokenBudget(config).then(
      (budget) => ({ encoder, budget }),
      (error: unknown) => ({ encoder, remark: (error as Error).message }),
    );
    const key = JSON.stringify(tokens);
    const same: TrialTokens = known.get(key) ?? { trials: [], ...tokens };
    same.trials.push(name);
    known.set(key, same);
  }
  return [...known.values()];
}

/** Token budgets for the terminal. */
export function tokensText(tokens: readonly TrialTokens[]): string {
  const lines = tokens.flatMap(({ trials, encoder, budget, remark }) => {
    const share = trials.length === 1 ? trialTitle(trials[0] ?? '') : `${trials.length} trials`;
    const count =
      budget === undefined
        ? `not known: ${remark}`
        : `slice ${layoutText(budget.slice)}; volume ${layoutText(budget.volume)}`;
    return wrapWords(`${encoder}: ${count}  [${share}]`, TERMINAL_WIDTH - 4).map(
      (line, index) => `${index === 0 ? '  ' : '    '}${line}`,
    );
  });
  return ['visual tokens', ...lines].join('\n');
}

/** `5 x 9 x 9 = 405 + 45 organ`. */
function layoutText({ tokenGrid, globalTokens, organTokens }: VisualLayout): string {
  const [units, ...plane] = tokenGrid;
  const grid = (units === 1 ? plane : tokenGrid).join(' x ');
  return `${grid} = ${globalTokens}${organTokens === 0 ? '' : ` + ${organTokens} organ`}`;
}
