"""Writes small random checkpoints of every architecture, with inputs and outputs of the reference.

Usage: see generate.py. Output: packages/model/test/expected/NAME/{config.json, model.safetensors,
io.safetensors}, which `omnict verify-model NAME --io NAME/io.safetensors` compares; and
packages/llm/test/expected/lora.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    DINOv3ViTConfig,
    DINOv3ViTModel,
    Phi3Config,
    Phi3ForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    RobertaConfig,
    RobertaForSequenceClassification,
    SiglipVisionConfig,
    SiglipVisionModel,
    VideoMAEConfig,
    VideoMAEForPreTraining,
    VideoMAEModel,
)

OUT = Path(__file__).resolve().parents[2] / "packages" / "model" / "test" / "expected"
torch.set_num_threads(1)


def randomize(model, scale=0.15):
    """Biases and norms start at 0 and 1, where many mistakes would not show."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn_like(parameter) * scale + (parameter.dim() == 1) * 0.5)
    return model.eval()


def write(name, model, tensors, **save_options):
    folder = OUT / name
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder, **save_options)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "io.safetensors")
    print(name, sum(file.stat().st_size for file in folder.iterdir()))


def vision(name, model, pixels, **options):
    torch.manual_seed(11)
    randomize(model)
    with torch.no_grad():
        outputs = model(pixel_values=pixels, output_hidden_states=True, **options)
    write(name, model, {
        "pixel_values": pixels,
        "last_hidden_state": outputs.last_hidden_state,
        "hidden_state_minus2": outputs.hidden_states[-2],
    })


def language(name, model, length, new_tokens=12, padding=3, **save_options):
    torch.manual_seed(12)
    randomize(model)
    vocabulary = model.config.vocab_size
    ids = torch.randint(3, vocabulary, (2, length))
    mask = torch.ones_like(ids)
    if padding:
        ids[1, :padding], mask[1, :padding] = 0, 0
    embeddings = torch.randn(2, length, model.config.hidden_size)
    with torch.no_grad():
        positions = (mask.cumsum(-1) - 1).clamp(min=0)
        outputs = model(input_ids=ids, attention_mask=mask, position_ids=positions, output_hidden_states=True)
        embedded = model(inputs_embeds=embeddings, attention_mask=mask, position_ids=positions)
        greedy = model.generate(
            input_ids=ids, attention_mask=mask, max_new_tokens=new_tokens, do_sample=False,
            eos_token_id=None, pad_token_id=0,
        )
    write(name, model, {
        "input_ids": ids, "attention_mask": mask, "inputs_embeds": embeddings,
        "logits": outputs.logits, "hidden_state_minus2": outputs.hidden_states[-2],
        "last_hidden_state": outputs.hidden_states[-1],
        "logits_from_embeds": embedded.logits, "greedy": greedy,
    }, **save_options)


def text(name, model, pad):
    torch.manual_seed(13)
    randomize(model)
    ids = torch.randint(3, model.config.vocab_size, (2, 9))
    ids[1, 6:] = pad
    mask = (ids != pad).long()
    with torch.no_grad():
        outputs = model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
    tensors = {"input_ids": ids, "attention_mask": mask,
               "last_hidden_state": outputs.hidden_states[-1], "hidden_state_minus2": outputs.hidden_states[-2]}
    if hasattr(outputs, "logits"):
        tensors["logits"] = outputs.logits
    write(name, model, tensors)


def vision_models():
    torch.manual_seed(1)
    siglip = dict(image_size=21, patch_size=6, hidden_size=30, intermediate_size=44, num_hidden_layers=3,
                  num_attention_heads=3)
    vision("siglip", SiglipVisionModel(SiglipVisionConfig(**siglip)), torch.randn(2, 3, 21, 21))
    dino = dict(patch_size=4, hidden_size=36, intermediate_size=40, num_hidden_layers=3, num_attention_heads=3)
    vision("dinov3", DINOv3ViTModel(DINOv3ViTConfig(image_size=16, num_register_tokens=2, **dino)),
           torch.randn(2, 3, 16, 24))
    vision("dinov3-gated", DINOv3ViTModel(DINOv3ViTConfig(
        image_size=16, num_register_tokens=4, use_gated_mlp=True, hidden_act="silu", key_bias=True, mlp_bias=False,
        **dino)), torch.randn(1, 3, 16, 16))
    video = dict(image_size=16, patch_size=4, num_frames=6, tubelet_size=2, hidden_size=24, intermediate_size=36,
                 num_hidden_layers=3, num_attention_heads=3)
    vision("videomae", VideoMAEModel(VideoMAEConfig(use_mean_pooling=False, **video)), torch.randn(2, 6, 3, 16, 16))
    pretraining = VideoMAEForPreTraining(VideoMAEConfig(
        use_mean_pooling=True, decoder_hidden_size=12, decoder_num_attention_heads=3, decoder_num_hidden_layers=1,
        decoder_intermediate_size=12, **video))
    torch.manual_seed(11)
    randomize(pretraining)
    pixels = torch.randn(1, 6, 3, 16, 16)
    with torch.no_grad():
        outputs = pretraining.videomae(pixel_values=pixels, output_hidden_states=True)
    write("videomae-pretraining", pretraining, {
        "pixel_values": pixels, "last_hidden_state": outputs.last_hidden_state,
        "hidden_state_minus2": outputs.hidden_states[-2],
    })
    other_size = SiglipVisionModel(SiglipVisionConfig(hidden_act="gelu", **siglip))
    vision("siglip-other-size", other_size, torch.randn(1, 3, 26, 33), interpolate_pos_encoding=True)
    vision("videomae-oblong", VideoMAEModel(VideoMAEConfig(
        use_mean_pooling=False, **{**video, "image_size": [12, 20], "tubelet_size": 3})), torch.randn(1, 6, 3, 12, 20))


def m3d_clip():
    """The published vision tower is MONAI's ViT with a class token; its checkpoint adds a prefix."""
    from monai.networks.nets import ViT

    torch.manual_seed(2)
    config = {"img_size": [4, 16, 16], "patch_size": [2, 8, 8], "hidden_size": 24, "mlp_dim": 40, "num_layers": 3,
              "num_heads": 3}
    model = randomize(ViT(in_channels=1, proj_type="perceptron", classification=True,
                          **{**config, "img_size": tuple(config["img_size"]),
                             "patch_size": tuple(config["patch_size"])}))
    pixels = torch.rand(2, 1, 4, 16, 16)
    with torch.no_grad():
        last, layers = model(pixels)[0], model(pixels)[1]
        x = model.norm(layers[-1])
        normed = torch.cat([model.cls_token.expand(2, -1, -1), model.patch_embedding(pixels)], 1)
        for block in model.blocks:
            before, normed = normed, block(normed)
        normed = model.norm(normed)
    del last, x
    folder = OUT / "m3d-clip"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "m3d_clip", **config}, indent=2) + "\n")
    weights = {f"vision_encoder.{key}": value for key, value in model.state_dict().items()
               if not key.startswith("classification_head")}
    weights["logit_scale"] = torch.tensor(2.0)
    weights["mm_vision_proj.weight"] = torch.randn(4, 24)
    save_file(weights, folder / "model.safetensors")
    save_file({"pixel_values": pixels, "last_hidden_state": normed, "hidden_state_minus2": before},
              folder / "io.safetensors")
    print("m3d-clip", sorted(weights)[:6])


def wan_vae():
    """Wan 2.1's autoencoder; the reference encodes frame by frame and chunk by chunk."""
    from diffusers import AutoencoderKLWan

    for name, frames, sizes in [
        ("wan-vae", 9, dict(dim_mult=[1, 2, 2], temperal_downsample=[True, True])),
        ("wan-vae-partial", 7, dict(dim_mult=[1, 1, 2, 2], temperal_downsample=[False, True, True])),
    ]:
        torch.manual_seed(5)
        model = randomize(AutoencoderKLWan(
            base_dim=6, z_dim=4, num_res_blocks=1, latents_mean=[0.1] * 4, latents_std=[1.5] * 4, **sizes))
        pixels = torch.rand(1, 3, frames, 16, 24) * 2 - 1
        with torch.no_grad():
            latents = model.encode(pixels).latent_dist.mode()
        write(name, model, {"pixel_values": pixels, "last_hidden_state": latents})


def videomae_v2():
    """The published second version keeps queries, keys and values in one matrix; else it is transformers' VideoMAE."""
    torch.manual_seed(7)
    sizes = dict(image_size=16, patch_size=4, num_frames=6, tubelet_size=2, hidden_size=24, num_attention_heads=3)
    model = randomize(VideoMAEModel(VideoMAEConfig(
        intermediate_size=48, num_hidden_layers=3, layer_norm_eps=1e-6, use_mean_pooling=True, **sizes)))
    state = model.state_dict()
    weights = {f"model.patch_embed.proj.{part}": state[f"embeddings.patch_embeddings.projection.{part}"]
               for part in ("weight", "bias")}
    names = {"layernorm_before": "norm1", "layernorm_after": "norm2", "attention.output.dense": "attn.proj",
             "intermediate.dense": "mlp.fc1", "output.dense": "mlp.fc2"}
    for layer in range(3):
        old, new = f"encoder.layer.{layer}", f"model.blocks.{layer}"
        weights.update({f"{new}.{ours}.{part}": state[f"{old}.{theirs}.{part}"]
                        for theirs, ours in names.items() for part in ("weight", "bias")})
        attention = f"{old}.attention.attention"
        weights[f"{new}.attn.qkv.weight"] = torch.cat([state[f"{attention}.{part}.weight"]
                                                       for part in ("query", "key", "value")])
        weights.update({f"{new}.attn.q_bias": state[f"{attention}.query.bias"],
                        f"{new}.attn.v_bias": state[f"{attention}.value.bias"]})
    weights.update({"model.fc_norm.weight": torch.ones(24), "model.fc_norm.bias": torch.zeros(24)})
    pixels = torch.randn(1, 6, 3, 16, 16)
    with torch.no_grad():
        outputs = model(pixel_values=pixels, output_hidden_states=True)
    folder = OUT / "videomae-v2"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "VideoMAEv2_Base", "model_config": {
        "img_size": 16, "patch_size": 4, "embed_dim": 24, "depth": 3, "num_heads": 3, "mlp_ratio": 2, "qkv_bias": True,
        "layer_norm_eps": 1e-6, "init_values": 0.0, "use_learnable_pos_emb": False, "tubelet_size": 2,
        "use_mean_pooling": True, "num_frames": 6, "cos_attn": False}}, indent=2) + "\n")
    save_file({key: value.contiguous() for key, value in weights.items()}, folder / "model.safetensors")
    save_file({"pixel_values": pixels, "last_hidden_state": outputs.last_hidden_state,
               "hidden_state_minus2": outputs.hidden_states[-2]}, folder / "io.safetensors")
    print("videomae-v2", len(weights))


def clip_pair():
    """A pair in BiomedCLIP's layout: timm's vision transformer and a BERT, joined by open_clip."""
    from open_clip.hf_model import HFTextEncoder
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(6)
    embed_dim, width = 10, 24
    trunk = randomize(VisionTransformer(img_size=24, patch_size=8, num_classes=0, embed_dim=width, depth=2, num_heads=3))
    head = torch.nn.Linear(width, embed_dim, bias=False)
    text = randomize(HFTextEncoder(
        "", embed_dim, config=BertConfig(vocab_size=50, hidden_size=30, intermediate_size=40, num_hidden_layers=2,
                                         num_attention_heads=3, max_position_embeddings=24, pad_token_id=0),
        pooler_type="cls_last_hidden_state_pooler", proj_type="mlp", pretrained=False))
    pixels, ids = torch.randn(2, 3, 24, 24), torch.randint(3, 50, (3, 9))
    ids[1, 6:] = 0
    with torch.no_grad():
        image = torch.nn.functional.normalize(head(trunk(pixels)), dim=-1)
        words = torch.nn.functional.normalize(text(ids), dim=-1)
    folder = OUT / "clip-pair"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "open_clip_config.json").write_text(json.dumps({
        "model_cfg": {
            "embed_dim": embed_dim,
            "vision_cfg": {"timm_model_name": "vit_base_patch8_24", "timm_model_pretrained": False, "timm_pool": "",
                           "timm_proj": "linear", "image_size": 24, "head_width": 8},
            "text_cfg": {"hf_model_name": "random", "hf_proj_type": "mlp",
                         "hf_pooler_type": "cls_last_hidden_state_pooler", "context_length": 16, "heads": 3}},
        "preprocess_cfg": {"mean": [0.5, 0.4, 0.4], "std": [0.3, 0.3, 0.25]}}, indent=2) + "\n")
    weights = {**{f"visual.trunk.{key}": value for key, value in trunk.state_dict().items()},
               "visual.head.proj.weight": head.weight.detach(),
               **{f"text.{key}": value for key, value in text.state_dict().items()},
               "logit_scale": torch.tensor(1.5)}
    save_file({key: value.contiguous() for key, value in weights.items()}, folder / "open_clip_model.safetensors")
    save_file({"pixel_values": pixels, "input_ids": ids, "image_features": image, "text_features": words,
               "logits_per_image": torch.tensor(1.5).exp() * image @ words.T}, folder / "io.safetensors")
    print("clip-pair", len(weights))


def language_models():
    qwen = dict(vocab_size=61, hidden_size=36, intermediate_size=44, num_hidden_layers=3, max_position_embeddings=64)
    language("qwen2", Qwen2ForCausalLM(Qwen2Config(
        num_attention_heads=6, num_key_value_heads=2, tie_word_embeddings=True, **qwen)), 11)
    language("qwen2-sharded", Qwen2ForCausalLM(Qwen2Config(
        num_attention_heads=3, num_key_value_heads=3, tie_word_embeddings=False, **qwen)), 7, max_shard_size="20KB")
    window = dict(num_attention_heads=4, num_key_value_heads=2, use_sliding_window=True, sliding_window=3)
    language("qwen2-windows", Qwen2ForCausalLM(Qwen2Config(
        layer_types=["sliding_attention", "full_attention", "sliding_attention"], head_dim=10, **window, **qwen)), 11)
    language("qwen2-yarn", Qwen2ForCausalLM(Qwen2Config(
        num_attention_heads=3, num_key_value_heads=1, tie_word_embeddings=True, head_dim=16,
        rope_parameters={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16,
                         "rope_theta": 1000.0}, **qwen)), 21)
    phi = dict(vocab_size=61, hidden_size=32, intermediate_size=44, num_hidden_layers=3, num_attention_heads=4,
               pad_token_id=0, bos_token_id=1, eos_token_id=2)
    language("phi3", Phi3ForCausalLM(Phi3Config(
        num_key_value_heads=4, max_position_embeddings=64, sliding_window=6, tie_word_embeddings=False, **phi)), 9)
    torch.manual_seed(3)
    long = dict(
        num_key_value_heads=2, max_position_embeddings=96, original_max_position_embeddings=16,
        tie_word_embeddings=True, **phi,
        rope_parameters={
            "rope_type": "longrope", "rope_theta": 10000.0, "partial_rotary_factor": 0.75,
            "original_max_position_embeddings": 16,
            "short_factor": [1.0, 1.1, 1.3], "long_factor": [1.5, 2.7, 4.0],
        })
    language("phi4-mini-short", Phi3ForCausalLM(Phi3Config(**long)), 8, new_tokens=6)
    language("phi4-mini-long", Phi3ForCausalLM(Phi3Config(**long)), 24, new_tokens=6, padding=0)
    language("phi4-mini-crossing", Phi3ForCausalLM(Phi3Config(**long)), 12, new_tokens=10, padding=0)


def lora():
    """A PEFT adapter on a small Qwen2, and what base and adapted model say."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(4)
    model = randomize(Qwen2ForCausalLM(Qwen2Config(
        vocab_size=41, hidden_size=24, intermediate_size=32, num_hidden_layers=2, max_position_embeddings=32,
        num_attention_heads=3, num_key_value_heads=1, tie_word_embeddings=True)))
    folder = OUT.parents[2] / "llm" / "test" / "expected" / "lora"
    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder / "base")
    (folder / "base" / "generation_config.json").unlink(missing_ok=True)
    ids = torch.randint(0, 41, (2, 7))
    with torch.no_grad():
        base = model(input_ids=ids).logits
    adapted = get_peft_model(model, LoraConfig(
        r=3, lora_alpha=5, target_modules=["q_proj", "v_proj", "down_proj"], task_type="CAUSAL_LM"))
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if "lora_" in name:
                parameter.copy_(torch.randn_like(parameter) * 0.3)
        logits = adapted.eval()(input_ids=ids).logits
    adapted.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    save_file({"input_ids": ids, "base_logits": base, "adapted_logits": logits}, folder / "io.safetensors")


def text_models():
    sizes = dict(vocab_size=50, hidden_size=24, intermediate_size=40, num_hidden_layers=3, num_attention_heads=3,
                 max_position_embeddings=24)
    text("bert", BertModel(BertConfig(**sizes)), 0)
    text("bert-classifier", BertForSequenceClassification(BertConfig(num_labels=3, **sizes)), 0)
    text("roberta-classifier", RobertaForSequenceClassification(RobertaConfig(num_labels=18, **sizes)), 1)


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["vision_models", "videomae_v2", "m3d_clip", "wan_vae", "clip_pair", "language_models", "lora", "text_models"]
    for name in wanted:
        globals()[name]()
