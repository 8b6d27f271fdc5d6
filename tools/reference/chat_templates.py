"""Writes how transformers renders chat templates of many shapes: `break`, none of a thing, blanks, macros, errors.

Needs: pip install -r requirements.txt
Usage: python3 chat_templates.py

Output: packages/llm/test/expected/chat-templates.json; `null` where transformers raises an error.
"""

import json
from pathlib import Path

import transformers
from transformers.utils.chat_template_utils import render_jinja_template

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "packages/llm/test/expected/chat-templates.json"

MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": " Is it\nnormal? "},
    {"role": "assistant", "content": "Yes"},
    {"role": "user", "content": "größer {{ 1 }}"},
]

LOOP = "{% for message in messages %}"
TEMPLATES = {
    "break": LOOP + "{% if message.role == 'assistant' %}{% break %}{% endif %}<{{ message.role }}>{{ message.content }}{% endfor %}",
    "continue": LOOP + "{% if loop.first %}{% continue %}{% endif %}[{{ message['content'] }}]{% endfor %}",
    "break in an inner loop": LOOP + "{% for x in [1, 2] %}{{ x }}{% break %}{% endfor %}{{ message.role }}{% endfor %}",
    "break behind text": LOOP + "<{{ message.role }}>{% if message.role == 'user' %}{{ message.content }}{% break %}{% endif %}|{% else %}none{% endfor %}.",
    "continue behind text": LOOP + "{{ loop.index }}{% if loop.first %}a{% elif message.role == 'user' %}b{% if loop.last %}{% continue %}{% endif %}c{% else %}{% continue %}{% endif %}d{{ message.role }}{% endfor %}",
    "controls in nested loops": "{% for x in [1, 2, 3] %}{% for y in [1, 2, 3] %}{% if y == x %}{% break %}{% endif %}{{ x }}{{ y }}{% if y == 1 %}{% continue %}{% endif %}!{% endfor %}{% if x == 2 %}{% break %}{% endif %};{% endfor %}",
    "set beside a control": LOOP + "{% set text = message.content %}{% if loop.first %}{{ text }}{% continue %}{% endif %}{% set text = text | trim %}[{{ text }}]{% endfor %}",
    "no messages": "{% for m in [] %}{% break %}{% else %}none{% endfor %}",
    "empty": "",
    "plain text": "nothing of the messages",
    "lines of blocks": LOOP + "\n    {% if true %}\n  {{ message.content | trim }}\n    {% endif %}\n{% endfor %}\n",
    "trimmed": "{%- for m in messages -%}\n  {{- m.role -}}\n{%- endfor -%}\n!",
    "namespace": "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
    "macro": "{% macro f(a, b='z') %}[{{ a }}{{ b }}]{% endmacro %}{{ f('q') }}{{ f('q', b=1) }}",
    "generation": LOOP + "{% generation %}{{ message.content }}{% endgeneration %}{% endfor %}",
    "tojson": "{{ messages | tojson }}",
    "slices": "{{ messages[1:] | length }} {{ messages[-1].content }} {{ messages[::-1][0].role }}",
    "tools": "{% if tools is none and documents is none %}1{% endif %}{% if tools is not none %}!{% endif %}{% if not tools %}none{% endif %}",
    "undefined": "{{ nothing }}{% if nothing is defined %}c{% endif %}{% if nothing %}a{% else %}b{% endif %}",
    "special": "{{ bos_token }}{{ eos_token }}{{ pad_token }}",
    "generation prompt": "{% if add_generation_prompt %}<a>{% endif %}",
    "filters": "{{ messages[1].content | upper | replace('IS', 'was') | trim }}",
    "raises": "{{ raise_exception('System role not supported') }}",
    "roles alternate": LOOP + "{% if (message.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}{% endfor %}",
    "undefined function": "{{ f() }}",
    "no end": LOOP,
    "unknown statement": "{% foo %}",
    "unknown filter": "{{ 'a' | nope }}",
}


def main():
    tokens = {"bos_token": "<s>", "eos_token": "</s>"}
    cases = []
    for name, template in TEMPLATES.items():
        try:
            rendered, _ = render_jinja_template(
                [MESSAGES], chat_template=template, add_generation_prompt=True, **tokens
            )
            text = rendered[0]
        except Exception:
            text = None
        cases.append({"name": name, "template": template, "text": text})
    content = {"versions": {"transformers": transformers.__version__}, "messages": MESSAGES, "tokens": tokens, "cases": cases}
    OUT.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    print(OUT.name, len(cases))


if __name__ == "__main__":
    main()
