"""The methods: LIME, Shapley values, saliency and occlusion, and what they share."""
