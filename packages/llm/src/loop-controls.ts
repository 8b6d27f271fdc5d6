import { Template } from '@huggingface/jinja';

/** A statement of a parsed template; the library does not export its types. */
interface Statement {
  type: string;
  body?: Statement[];
  alternate?: Statement[];
  defaultBlock?: Statement[];
}

/**
 * Says `break` and `continue` by conditions, since `@huggingface/jinja` 0.5 loses what an iteration wrote
 * before them: `{% for .. %}a{% break %}{% endfor %}` writes nothing there, "a" in Jinja.
 *
 * A namespace of each loop says whether it was left and whether the iteration is passed over.
 */
export function withoutLoopControls(template: Template): Template {
  let loops = 0;

  function rewrite(statement: Statement): Statement[] {
    const { body, alternate, defaultBlock } = statement;
    if (statement.type !== 'For' || !body || !hasControl(body)) {
      if (body) statement.body = body.flatMap(rewrite);
      if (alternate) statement.alternate = alternate.flatMap(rewrite);
      if (defaultBlock) statement.defaultBlock = defaultBlock.flatMap(rewrite);
      return [statement];
    }
    const name = `omnict_loop_${loops++}`;
    const [start, next, whenNotLeft] = parse(
      `{% set ${name} = namespace(left=false, passed=false) %}{% set ${name}.passed = ${name}.left %}{% if not ${name}.passed %}{% endif %}`,
    ) as [Statement, Statement, Statement];
    whenNotLeft.body = guard(body, name);
    statement.body = [next, whenNotLeft];
    if (defaultBlock) statement.defaultBlock = defaultBlock.flatMap(rewrite);
    return [start, statement];
  }

  /** Statements of a loop; those behind a control run only where it did not apply. */
  function guard(statements: readonly Statement[], name: string): Statement[] {
    const guarded: Statement[] = [];
    for (const [index, statement] of statements.entries()) {
      if (statement.type === 'Break') guarded.push(...parse(`{% set ${name}.left = true %}`));
      if (isControl(statement)) {
        return [...guarded, ...parse(`{% set ${name}.passed = true %}`)];
      }
      if (statement.type !== 'If' || !hasControl([statement])) {
        guarded.push(...rewrite(statement));
        continue;
      }
      statement.body = guard(statement.body ?? [], name);
      statement.alternate = guard(statement.alternate ?? [], name);
      const [rest] = parse(`{% if not ${name}.passed %}{% endif %}`) as [Statement];
      rest.body = guard(statements.slice(index + 1), name);
      return [...guarded, statement, rest];
    }
    return guarded;
  }

  const program = template.parsed as unknown as { body: Statement[] };
  program.body = program.body.flatMap(rewrite);
  return template;
}

function parse(source: string): Statement[] {
  return (new Template(source).parsed as unknown as { body: Statement[] }).body;
}

function isControl({ type }: Statement): boolean {
  return type === 'Break' || type === 'Continue';
}

/** True where a control belongs to the loop around these statements. */
function hasControl(statements: readonly Statement[]): boolean {
  return statements.some(
    (statement) =>
      isControl(statement) ||
      (statement.type === 'If' &&
        hasControl([...(statement.body ?? []), ...(statement.alternate ?? [])])),
  );
}
