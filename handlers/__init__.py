"""The items service: a Lambda function behind an API Gateway REST API.

`app.lambda_handler` is the entry point. Nothing here imports from outside this folder but boto3
(which the Lambda runtime brings) and what requirements.txt bundles.
"""
