import { userInfo } from 'node:os';
import { describeEnvironment } from '../run-record/environment';

/** Tags that say who ran what, under MLflow's names. No path and no host are among them. */
export function sourceTags(name: string): Record<string, string> {
  const { commit } = describeEnvironment();
  return {
    'mlflow.user': userName(),
    'mlflow.source.name': `omnict run ${name}`,
    'mlflow.source.type': 'LOCAL',
    ...(commit !== undefined && {
      'mlflow.source.git.commit': commit.replace(/-dirty$/, ''),
      'omnict.git.dirty': String(commit.endsWith('-dirty')),
    }),
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // a process of a user without an entry, as in containers
  }
}
