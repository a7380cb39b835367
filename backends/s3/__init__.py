"""S3 and storages that speak its language: the port Buckets."""

from backends.s3.client import S3Client

__all__ = ["S3Client"]
