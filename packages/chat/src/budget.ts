import { ConfigError, OmnictError } from '@omnict/core';

/** What a client may spend at most; what is left out is not limited. */
export interface BudgetLimits {
  /** Requests sent, retries included. */
  requests?: number;
  /** Prompt and completion tokens together. */
  tokens?: number;
  /** In the currency of the prices. */
  cost?: number;
}

/** Price of a million tokens, in any one currency. */
export interface TokenPrice {
  prompt: number;
  completion: number;
}

/** Tokens of one call. */
export interface TokenUsage {
  promptTokens: number;
  completionTokens: number;
}

/** What was spent so far. */
export interface Spending {
  requests: number;
  tokens: number;
  cost: number;
}

/** The next request would pass a limit. What was answered so far is kept; nothing more is sent. */
export class BudgetError extends OmnictError {
  override readonly name = 'BudgetError';
  readonly limit: keyof BudgetLimits;

  constructor(limit: keyof BudgetLimits, allowed: number, spent: Spending) {
    const now = Number(spent[limit].toFixed(4));
    super(
      'OMNICT_CHAT_BUDGET',
      `budget: ${limit} spent; expected at most ${allowed}, got ${now} and another request to send; raise the budget and start again, what was answered is kept`,
      { details: { limit, allowed, spent: { ...spent } } },
    );
    this.limit = limit;
  }
}

/**
 * Counts requests, tokens and money. A request reserves the most it can use before it is sent, so
 * that requests under way at the same time cannot pass a limit together.
 */
export class Budget {
  readonly spent: Spending = { requests: 0, tokens: 0, cost: 0 };
  private readonly reserved: Spending = { requests: 0, tokens: 0, cost: 0 };

  /** @throws ConfigError for a negative limit, or a limit of cost without a price */
  constructor(
    private readonly limits: BudgetLimits = {},
    private readonly price?: TokenPrice,
  ) {
    for (const [name, value] of Object.entries(limits) as [string, number | undefined][]) {
      if (value === undefined || value >= 0) continue;
      throw new ConfigError(`budget.${name}: expected 0 or more, got ${value}; correct the number`);
    }
    if (limits.cost !== undefined && price === undefined) {
      throw new ConfigError(
        'budget.cost: no price of tokens is known; expected the price of a million prompt and completion tokens; add it or limit tokens instead',
      );
    }
  }

  /** Cost of a call; 0 without a price. */
  costOf({ promptTokens, completionTokens }: TokenUsage): number {
    if (this.price === undefined) return 0;
    return (this.price.prompt * promptTokens + this.price.completion * completionTokens) / 1e6;
  }

  /** Sets aside what a request may use. @throws BudgetError when a limit would be passed */
  reserve(usage: TokenUsage): Reservation {
    const amount = this.amountOf(usage);
    for (const name of ['requests', 'tokens', 'cost'] as const) {
      const allowed = this.limits[name];
      if (allowed === undefined) continue;
      if (this.spent[name] + this.reserved[name] + amount[name] > allowed) {
        throw new BudgetError(name, allowed, this.spent);
      }
    }
    add(this.reserved, amount, 1);
    return {
      settle: (used) => {
        add(this.reserved, amount, -1);
        // A request that failed used no tokens that we know of, but it was sent.
        add(this.spent, this.amountOf(used ?? { promptTokens: 0, completionTokens: 0 }), 1);
      },
    };
  }

  private amountOf(usage: TokenUsage): Spending {
    return {
      requests: 1,
      tokens: usage.promptTokens + usage.completionTokens,
      cost: this.costOf(usage),
    };
  }
}

/** Part of a budget held for a request under way. */
export interface Reservation {
  /** Replaces what was set aside by what was used; without usage the request failed. */
  settle(used?: TokenUsage): void;
}

function add(total: Spending, amount: Spending, sign: 1 | -1): void {
  total.requests += sign * amount.requests;
  total.tokens += sign * amount.tokens;
  total.cost += sign * amount.cost;
}
