/** The command from code: what it prints comes to a function. */
import { runCli } from 'omnict';

let printed = '';
const output = {
  out: (text: string) => void (printed += text),
  err: (text: string) => void (printed += text),
  isTerminal: false,
};
const code = await runCli(['recipe', 'ls'], output);
console.log(code, /^quickstart /m.test(printed));

// Prints:
// 0 true
