// Jaeger refuses `go install` for a replace directive of its own; a module of ours may repeat it.
// Do not run `go mod tidy` here: the pinned graph is what builds.
module kumi.example/jaeger

go 1.23

require github.com/jaegertracing/jaeger v1.62.0

replace github.com/Shopify/sarama => github.com/Shopify/sarama v1.33.0
