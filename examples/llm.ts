/** A language model answers a question from words alone. */
import { generateText, loadLanguageModel } from '@omnict/llm';
import { selectEngine } from '@omnict/nn';

await selectEngine();
const bundle = await loadLanguageModel('qwen2-tiny');
const prompt = bundle.chat.template.render([{ role: 'user', content: 'Is there a lesion?' }], {
  forAnswer: true,
});
const answers = await generateText(bundle, [prompt], {
  maxNewTokens: 4,
  stopTokens: ['<|im_end|>'],
});
console.log(answers.length, typeof answers[0]);

// Prints:
// 1 string
